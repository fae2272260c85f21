from checks import raises
from till.settings import SettingsError, check, offline_of

CAPS = {"on": False, "each_fen": 1, "card_fen": 1, "day_fen": 1, "total_fen": 1, "count": 1, "age_h": 1}


def right():
    return {
        "terminal_id": "90000001", "merchant_id": "898110000000001",
        "merchant_name": "Demo",
        "merchant_gbk": "44656D6F", "glyphs": {}, "tpdu": "6000030000", "profile": "cup-3des",
        "language": "zh", "operator": "01",
        "currency": "156", "cutoff": "2300", "columns": 32, "provisioned_at": 1_790_000_000, "most_fen": 5_000_000,
        "no_pin_most_fen": 100_000, "tmk_components": ["00" * 16, "11" * 16], "tmk_check": "00000000",
        "manager_password": "868686",
        "offline": {"card": dict(CAPS), "voice": dict(CAPS, institution="48021000"), "deferred": dict(CAPS)},
    }  # fmt: skip


WRONG = (
    ("terminal_id", "9000001"), ("merchant_id", 5), ("merchant_name", ""),
    ("merchant_gbk", "zz"),
    ("glyphs", {"ab": "00"}), ("glyphs", {"a": "00"}),
    ("tpdu", "60000300zz"), ("profile", "other"), ("language", "xx"), ("operator", "1"),
    ("currency", "840"), ("cutoff", "ab:c"), ("cutoff", "2460"), ("columns", 0), ("provisioned_at", True),
    ("most_fen", 0), ("no_pin_most_fen", "1"), ("tmk_components", ["00" * 16]), ("tmk_components", ["0", "1"]),
    ("tmk_check", "0"), ("manager_password", "abcdef"), ("manager_password", "12345"), ("offline", None),
)  # fmt: skip


def test_right_settings_pass():
    check(right())


def test_each_wrong_value_is_named_with_what_to_do_and_not_shown():
    for name, value in WRONG:
        settings = right()
        settings[name] = value
        error = raises(SettingsError, check, settings)
        assert error.args[0].startswith(name), error
        assert "correct the settings" in error.args[0]
        if isinstance(value, str) and value:
            assert value not in error.args[0]


def test_each_missing_field_is_named():
    for name in right():
        settings = right()
        del settings[name]
        assert raises(SettingsError, check, settings).args[0].startswith(name)


def test_the_master_key_comes_in_components_or_in_a_block():
    settings = right()
    settings.update(tmk_block="D" * 112, kbpk_components=["00" * 16, "11" * 16], kbpk_check="00000000")
    assert "both" in raises(SettingsError, check, settings).args[0]
    del settings["tmk_components"]
    check(settings)
    for name, value in (("tmk_block", "D" * 20), ("kbpk_components", ["00" * 16]), ("kbpk_check", "0")):
        kept = settings[name]
        settings[name] = value
        assert raises(SettingsError, check, settings).args[0].startswith(name)
        settings[name] = kept
    del settings["kbpk_check"]
    assert raises(SettingsError, check, settings).args[0].startswith("kbpk_check")


def test_the_line_to_the_host():
    settings = right()
    der = "MAAAAAAA"
    host = {"address": "192.0.2.10", "port": 7000, "name": "host.test"}
    settings.update(host=dict(host), wifi={"name": "shop", "password": "12345678"})
    settings["tls"] = {"ca": der, "certificate": der, "key": der}
    check(settings)
    settings["wifi"]["password"] = ""
    check(settings)
    for part, name, value in (
        ("host", "address", "host.test"), ("host", "address", "1.2.3.256"), ("host", "address", "1.2.3"),
        ("host", "address", 5), ("host", "port", 0), ("host", "port", "7000"), ("host", "name", ""),
        ("tls", "ca", "no base64 !"), ("tls", "key", "A" * 1200), ("tls", "certificate", None),
        ("wifi", "name", ""), ("wifi", "password", "1234567"), ("wifi", "password", "1" * 64),
    ):  # fmt: skip
        kept = settings[part][name]
        settings[part][name] = value
        error = raises(SettingsError, check, settings).args[0]
        assert error.startswith("%s.%s " % (part, name)), error
        settings[part][name] = kept
    settings["wifi"] = "shop"
    assert raises(SettingsError, check, settings).args[0].startswith("wifi ")
    del settings["wifi"]
    del settings["host"]
    assert raises(SettingsError, check, settings).args[0].startswith("host ")


def test_offline_caps_are_checked():
    wrong = (
        ("on", 2), ("each_fen", "x"), ("card_fen", -1), ("day_fen", 0), ("total_fen", None), ("count", 501),
        ("age_h", 721),
    )  # fmt: skip
    for name, value in wrong:
        settings = right()
        settings["offline"]["voice"][name] = value
        assert raises(SettingsError, check, settings).args[0].startswith("offline.voice." + name)
    settings = right()
    del settings["offline"]["voice"]["institution"]
    assert raises(SettingsError, check, settings).args[0].startswith("offline.voice.institution")


def test_the_managers_caps_are_never_higher():
    settings = right()
    settings["offline"]["card"] = dict(CAPS, on=True, each_fen=100)
    settings["offline_chosen"] = {"card": {"each_fen": 500, "count": 1}}
    assert offline_of(settings, "card")["each_fen"] == 100 and offline_of(settings, "card")["on"]
    settings["offline_chosen"] = {"card": {"each_fen": 50, "on": False}}
    assert offline_of(settings, "card")["each_fen"] == 50 and not offline_of(settings, "card")["on"]
    settings["offline_chosen"] = {"voice": {"on": True}}
    assert not offline_of(settings, "voice")["on"], "what the acquirer has off stays off"
    assert not offline_of({"offline": {"on": True}}, "deferred")["on"], "settings of before there were kinds"


def test_the_english_name_may_be_left_out_and_is_plain():
    settings = right()
    settings["merchant_name_en"] = "Demo Store"
    check(settings)
    for wrong in ("x" * 17, "\u00e9", 5):
        settings["merchant_name_en"] = wrong
        assert raises(SettingsError, check, settings).args[0].startswith("merchant_name_en")


def test_the_wallets_may_be_left_out_and_are_a_table_of_beginnings():
    settings = right()
    settings["wallets"] = [["002", "10", "15", 18, 18]]
    check(settings)
    for wrong in ([["002", "15", "10", 18, 18]], [["002"]], 5, "x", [5]):
        settings["wallets"] = wrong
        assert raises(SettingsError, check, settings).args[0].startswith("wallets")


def test_what_is_no_object_is_refused():
    for settings in (None, [], "x", 5):
        raises(SettingsError, check, settings)
