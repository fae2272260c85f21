"""A card issuer: accounts, cryptograms, PINs. It knows its cards and nothing of merchants."""

from host_sim.networks.issuer.issuer import Issuer
from host_sim.networks.issuer.messages import AuthRequest, Decision, IssuerError, IssuerKeys, MovementView

__all__ = ["AuthRequest", "Decision", "Issuer", "IssuerError", "IssuerKeys", "MovementView"]
