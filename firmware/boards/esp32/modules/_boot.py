# The first thing that runs, while the port still takes no interrupt from its prompt: the till starts from here. There
# are no files to mount, and nothing is ever formatted. Only with the developer's pin held does the port go on.
import boot  # noqa: F401
