"""The desk: host, counter and till of one shop on one web page."""
