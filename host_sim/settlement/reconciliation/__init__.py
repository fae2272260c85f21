"""Three sides compared item by item: the till's batch, our payments, the channel's clearing file."""
