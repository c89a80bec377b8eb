"""The numbers that networks, training and finder agree on; free of torch on purpose."""

DETECTOR_STRIDE = 8  # pixels of the detector's input per cell of its map
DETECTOR_MULTIPLE = 32  # the detector's input sides must be multiples of this
DETECTOR_OUTPUTS = 6  # heat, centre x, centre y, log size, cosine and sine of the roll
LOG_SIZE_UNIT = 32.0  # pixels; the detector's size output is log(size / this)
LANDMARKS_INPUT = 128  # pixels, the side of the landmark network's square crop
LANDMARKS = 478  # points of the face mesh, irises included
