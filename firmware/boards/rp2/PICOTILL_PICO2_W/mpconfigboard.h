// Raspberry Pi Pico 2 W with the till: 4 MB of flash, 2048 KB for the image, 2048 KB behind it. No Bluetooth.
#define MICROPY_HW_BOARD_NAME "picotill on Raspberry Pi Pico 2 W"
#define MICROPY_BOARD_BUILD_NAME "PICOTILL_PICO2_W"
#define MICROPY_HW_FLASH_STORAGE_BYTES (2048 * 1024)
#define MICROPY_PY_NETWORK (1)
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "picotill"
#define CYW43_USE_SPI (1)
#define CYW43_LWIP (1)
#define CYW43_GPIO (1)
#define CYW43_SPI_PIO (1)
#define MICROPY_HW_PIN_EXT_COUNT CYW43_WL_GPIO_COUNT
int mp_hal_is_pin_reserved(int n);
#define MICROPY_HW_PIN_RESERVED(i) mp_hal_is_pin_reserved(i)
#define MICROPY_HW_USB_MANUFACTURER_STRING "picotill"
#define MICROPY_HW_USB_PRODUCT_FS_STRING "picotill"
// VfsRom, for updates in raw slots: see PICOTILL_PICO.
#define MICROPY_HW_ROMFS_BYTES (4096)
