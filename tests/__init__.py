"""The tests."""

import os

# As the shop sets it for itself, which is too late where a test has loaded numpy before it:
# OpenBLAS's threads wait for each other in busy loops.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
