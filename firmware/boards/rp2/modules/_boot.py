# The first thing that runs. It mounts the files where they can be mounted, and never formats: what looks damaged may be
# the only copy of something, and the journal lies in the same flash.
import rp2
import vfs

from boards.which import board

try:
    first, count = board().PARTITIONS["files"]
    vfs.mount(vfs.VfsLfs2(rp2.Flash(start=first * 4096, len=count * 4096), progsize=256), "/")
except OSError:
    pass  # the till needs no file
