"""An emulated Raspberry Pi Pico in place of the unix port: its image, what runs it, and its power."""
