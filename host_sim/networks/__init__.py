"""What lies behind an acquirer: the switch and the card issuers."""
