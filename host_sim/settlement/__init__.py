"""What merchants are paid and when: calendar, fees, batches closed, money matured, payouts."""
