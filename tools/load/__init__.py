"""The host under load: terminals that pay at a rate, and what it costs the host, beside what the disk can do."""
