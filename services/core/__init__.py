"""What every slice stands on; knows no slice."""

import os

# numpy's OpenBLAS spins all cores for each small product; beside other work that held a server up for seconds at a time.
# It reads this once, when numpy is imported, so it stands before all that imports numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 - a library's switch, no setting of ours
