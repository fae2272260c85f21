"""What a channel tells its acquirer day by day: clearing files, written from the channel's own records."""
