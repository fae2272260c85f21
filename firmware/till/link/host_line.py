"""The stream to the host as the settings want it: where the host is, and whether under TLS."""

from binascii import a2b_base64


def line_of(till):
    """The board's stream, or the same under TLS; a radio begins to join. till: with devices, settings, clock and
    tell_date()."""
    stream, settings = till.devices.link, till.settings
    host, wifi = settings.get("host"), settings.get("wifi")
    if wifi and till.devices.wifi:
        till.devices.wifi.join(wifi["name"], wifi["password"])
    if host and getattr(stream, "aim", None):
        stream.aim(host["address"], host["port"])
    certificates = settings.get("tls")
    if not certificates:
        return stream
    from till.link.tls import Secured

    ca, certificate, key = [a2b_base64(certificates[name]) for name in ("ca", "certificate", "key")]
    return Secured(stream, till.clock, ca, certificate, key, host["name"], till.tell_date)
