include("$(BOARD_DIR)/../../../manifest.py", board="pico2_w")
