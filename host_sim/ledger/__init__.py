"""The double-entry book: chart of accounts, postings, daily proofs. Amounts in fen, debit positive."""
