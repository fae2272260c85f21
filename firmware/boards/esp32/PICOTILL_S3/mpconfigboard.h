// ESP32-S3 with the till: 8 MB of flash. The prompt is on USB alone: UART 0 is the contact reader's.
#define MICROPY_HW_BOARD_NAME "picotill on ESP32-S3"
#define MICROPY_HW_MCU_NAME "ESP32S3"
#define MICROPY_BOARD_BUILD_NAME "PICOTILL_S3"
#define MICROPY_HW_ENABLE_UART_REPL (0)
