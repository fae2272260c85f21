include("$(BOARD_DIR)/../../../manifest.py", board="esp32s3", family="esp32")
