"""The test scheme's public key infrastructure: CA keys, certificates and signed data as EMV 4.4 Book 2 writes them.

Everything comes out of a seed, so two parties who hold the seed hold the same keys. Test keys: never those of a scheme.
"""
