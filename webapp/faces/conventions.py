"""The numbers that networks, training and finder agree on; free of torch on purpose."""

DETECTOR_STRIDE = 8  # pixels of the detector's input per cell of its map
DETECTOR_MULTIPLE = 32  # the detector's input sides must be multiples of this
DETECTOR_OUTPUTS = 6  # heat, centre x, centre y, log size, cosine and sine of the roll
LOG_SIZE_UNIT = 32.0  # pixels; the detector's size output is log(size / this)
LANDMARKS_INPUT = 128  # pixels, the side of the landmark network's square crop
LANDMARKS = 478  # points of the face mesh, irises included

# Contours of the face-mesh topology, by landmark; the wearer's right eye is on the picture's left.
RIGHT_LIDS = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
LEFT_LIDS = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
OUTER_LIPS = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    *(146, 91, 181, 84, 17, 314, 405, 321, 375),
)
INNER_LIPS = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    *(95, 88, 178, 87, 14, 317, 402, 318, 324),
)
FACE_OUTLINE = (  # from the top, past the ear on the picture's right and the chin
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
