"""What a unit test needs beside `assert`, on both runtimes."""


def raises(exception, function, *args, **kwargs):
    """Call function(*args, **kwargs), which must raise `exception` (a class or a tuple of them); return what it raised.

    AssertionError when it returns instead. Any other exception passes through, so that its own traceback shows.
    """
    try:
        result = function(*args, **kwargs)
    except exception as error:
        return error
    raise AssertionError("returned %r instead of raising %r" % (result, exception))
