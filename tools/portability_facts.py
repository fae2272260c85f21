"""What MicroPython 1.29 lacks, as data for tools/portability.py: dir() of the unix port compared with CPython's."""

# Modules that firmware may import; everything else is refused by name.
MODULES = frozenset(
    "array asyncio binascii collections cryptolib deflate errno framebuf gc hashlib heapq io json math micropython os "
    "platform re struct sys tls uctypes vfs till boards main gate boot crash replace update".split()
)
# Modules of the board itself: only firmware/boards/ may touch pins, radios, sockets and the operating system's streams.
BOARD_MODULES = frozenset("machine network rp2 esp32 bluetooth neopixel select socket termios random ssl".split())

# Where a module of that name exists on both sides, the public names that MicroPython's has.
MODULE_NAMES = {
    "asyncio": "CancelledError Event Lock Loop StreamReader StreamWriter Task ThreadSafeFlag TimeoutError core "
    "create_task current_task gather get_event_loop new_event_loop open_connection run sleep sleep_ms start_server "
    "wait_for wait_for_ms",
    "binascii": "a2b_base64 b2a_base64 crc32 hexlify unhexlify",
    "collections": "OrderedDict deque namedtuple",
    "gc": "collect disable enable isenabled mem_alloc mem_free threshold",
    "hashlib": "sha1 sha256",
    "io": "BytesIO IOBase StringIO open",
    "json": "dump dumps load loads",
    "os": "chdir getcwd ilistdir listdir mkdir mount remove rename rmdir sep stat statvfs umount unlink urandom "
    "VfsLfs2 VfsPosix",
    "re": "compile match search sub",
    "struct": "calcsize pack pack_into unpack unpack_from",
}

# asyncio's own timers read the machine's clock: only the clock device may use them.
ASYNCIO_TIMERS = frozenset("sleep sleep_ms wait_for wait_for_ms".split())

# Methods that MicroPython's types lack, with what to write instead. Looked for in calls only.
METHODS = {
    "zfill": '"%06d" % number',
    "ljust": '"{:<8}".format(text)',
    "rjust": '"{:>8}".format(text)',
    "removeprefix": "a slice after startswith()",
    "removesuffix": "a slice after endswith()",
    "isalnum": "isalpha() or isdigit()",
    "isascii": "a comparison of each character",
    "isdecimal": "isdigit()",
    "isnumeric": "isdigit()",
    "isidentifier": "a check of your own",
    "isprintable": "a check of your own",
    "istitle": "a check of your own",
    "capitalize": "upper() of a slice",
    "casefold": "lower()",
    "swapcase": "lower() or upper()",
    "expandtabs": "replace()",
    "translate": "a loop over a table",
    "maketrans": "a table of your own",
    "format_map": "format(**values)",
    "bit_length": "a shift in a loop",
    "bit_count": "a shift in a loop",
    "as_integer_ratio": "integers in minor units",
    "is_integer": "integers in minor units",
    "hexdigest": "binascii.hexlify(digest())",
    "tobytes": "bytes(view)",
    "tolist": "list(view)",
    "toreadonly": "bytes(view)",
    "cast": "struct or an array of the right type",
    "fullmatch": "match() with a $ at the end",
    "finditer": "search() in a loop",
    "findall": "search() in a loop",
    "groupdict": "group(number)",
    "with_traceback": "nothing: a traceback cannot be set",
    "add_note": "another argument of the exception",
    "add_done_callback": "await the task",
    "iter_unpack": "unpack_from() in a loop",
    "_asdict": "the fields by name",
    "_replace": "a new tuple",
}

# Attributes that do not exist; read or written.
ATTRIBUTES = {
    "__cause__": "MicroPython keeps no cause: put it into the exception's args",
    "__context__": "MicroPython keeps no context: put it into the exception's args",
}

# Built-in names that MicroPython does not have, with what to use instead.
BUILTINS = {
    **dict.fromkeys(
        "BlockingIOError BrokenPipeError ChildProcessError ConnectionAbortedError ConnectionError "
        "ConnectionRefusedError ConnectionResetError EnvironmentError FileExistsError FileNotFoundError IOError "
        "InterruptedError IsADirectoryError NotADirectoryError PermissionError ProcessLookupError".split(),
        "OSError and its errno",
    ),
    **dict.fromkeys("UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError".split(), "UnicodeError"),
    **dict.fromkeys("BaseExceptionGroup ExceptionGroup BufferError SystemError".split(), "an exception of your own"),
    "TimeoutError": "asyncio.TimeoutError, or OSError with ETIMEDOUT",
    "ModuleNotFoundError": "ImportError",
    "RecursionError": "RuntimeError",
    "UnboundLocalError": "NameError",
    "aiter": "a method call",
    "anext": "a method call",
    "ascii": "repr()",
    "breakpoint": "the tests",
    "format": 'the "%" operator',
    "vars": "explicit attributes",
}

# Functions whose C code takes no such keyword, although CPython's does.
KEYWORDS = {
    "print": ("flush",),
    "sum": ("start",),
    "zip": ("strict",),
    "int": ("base",),
    "dumps": ("indent", "sort_keys", "default", "ensure_ascii", "cls"),
    "dump": ("indent", "sort_keys", "default", "ensure_ascii", "cls"),
    "split": ("sep", "maxsplit"),
    "rsplit": ("sep", "maxsplit"),
    "get": ("default",),
    "to_bytes": ("length", "byteorder", "signed"),
    "from_bytes": ("bytes", "byteorder", "signed"),
}

# Parts of a regular expression that MicroPython's re refuses, or takes and never matches.
REGEX_PARTS = (
    (r"(?<!\\)\{\d", "{n} silently never matches: repeat the part"),
    (r"\(\?[P=!<iamsxu]", "(?...) beyond (?:...) is refused: use plain groups"),
    (r"\\b", r"\b is no word boundary: check the neighbours by hand"),
)
# Codecs that encode() and decode() know; any other name is taken for UTF-8 without a word.
CODECS = frozenset(("utf-8", "utf8", "ascii"))
# Types that cannot be subscripted in an expression.
GENERICS = frozenset("list dict tuple set frozenset type".split())
