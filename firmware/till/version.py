"""The version of this till: three numbers, each 0 to 999. An update carries its own, and it never goes back."""

VERSION = "0.1.0"
