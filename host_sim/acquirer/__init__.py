"""The terminal-facing host: server, message handlers, profiles, security module."""
