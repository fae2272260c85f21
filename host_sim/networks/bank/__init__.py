"""The bank that pays merchants out: orders in, results back."""

from host_sim.networks.bank.messages import Advice, Answer, Bank, BankError, Order
from host_sim.networks.bank.simulator import CONDUCTS, SimulatedBank

__all__ = ["CONDUCTS", "Advice", "Answer", "Bank", "BankError", "Order", "SimulatedBank"]
