// Raspberry Pi Pico with the till: 2 MB of flash, 916 KB for the image, 1132 KB behind it.
#define MICROPY_HW_BOARD_NAME "picotill on Raspberry Pi Pico"
#define MICROPY_BOARD_BUILD_NAME "PICOTILL_PICO"
#define MICROPY_HW_FLASH_STORAGE_BYTES (1132 * 1024)
#define MICROPY_PY_SSL (1)
#define MICROPY_HW_USB_MANUFACTURER_STRING "picotill"
#define MICROPY_HW_USB_PRODUCT_FS_STRING "picotill"
// VfsRom, for updates in raw slots (docs/update.md). It comes only with a ROMFS partition: one sector, which stays blank.
#define MICROPY_HW_ROMFS_BYTES (4096)
