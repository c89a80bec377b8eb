"""The house collection's drawings: lens shapes, size marks, fronts and temples, mm."""

from webapp.drawn.fronts import Milled
from webapp.drawn.models import Model
from webapp.drawn.temples import Side
from webapp.drawn.wirework import Brow, Wires
from webapp.eyewear.frame import Shape, SizeMarks

WIRE = ((0.0, 1.5), (10.0, 1.1), (30.0, 0.85), (76.0, 0.8), (88.0, 1.6), (112.0, 2.3), (140.0, 2.9))


def wire_side(length: float, sleeve: float = 82.0) -> Side:
    """Return a metal temple of this length: a slim wire, then an acetate tip."""
    return Side(half=(*WIRE[:-1], (length, 2.9)), sleeve=sleeve, bend=length - 43)


def sheet_side(length: float, front: float, waist: float, tip: float, pins: bool = True) -> Side:
    """Return an acetate temple: half heights at the hinge, at the waist and at the tip."""
    half = ((0.0, front), (14.0, front * 0.93), (45.0, waist * 1.14), (82.0, waist))
    return Side(half=(*half, (118.0, tip), (length, tip)), plaque=pins, bend=length - 44)


ROUND = Model(
    Shape.ROUND,
    SizeMarks(lens_width=48, lens_height=46, bridge=21, temple=145, width=132),
    Wires(
        rim=0.68,
        bridges=(((0, -7.4, 0.85), (4, -7.0, 0.8), (8.5, -4.3, 0.75), (11.6, -2.4, 0.7)),),
        end=((55.0, -10.4, 0.9), (58.6, -10.6, 1.3), (62.5, -10.2, 1.7), (67.5, -9.9, 1.7)),
    ),
    wire_side(145),
)
PANTO = Model(
    Shape.PANTO,
    SizeMarks(lens_width=49, lens_height=42, bridge=21, temple=145, width=141),
    Milled(
        rim=((0, 4.0), (90, 2.7), (180, 2.6), (225, 3.2), (270, 3.3), (325, 4.6)),
        bridge=((0, -10.6, 3.0), (5, -10.0, 3.1), (11, -8, 3.4)),
        end=((52, -13.6, 5.0), (61, -13.4, 4.8), (66, -13.2, 4.5), (73, -13, 4.2)),
        pins=((65.6, -14.6), (65.6, -11.9)),
    ),
    sheet_side(145, 3.9, 2.7, 3.7),
)
RECTANGLE = Model(
    Shape.RECTANGLE,
    SizeMarks(lens_width=54, lens_height=35, bridge=17, temple=145, width=142),
    Milled(
        rim=((0, 4.2), (90, 2.4), (180, 2.4), (225, 3.0), (270, 3.6), (330, 5.2)),
        bridge=((0, -9.4, 3.2), (4, -8.9, 3.3), (9, -7.4, 3.6)),
        end=((56, -14.2, 5.4), (63, -14.2, 5.3), (68, -14.0, 5.1), (74, -13.8, 4.9)),
        bevel=1.0,
        facet=1.5,
        pins=((66.4, -14.0),),
    ),
    sheet_side(145, 5.0, 3.3, 4.1),
)
CAT_EYE = Model(
    Shape.CAT_EYE,
    SizeMarks(lens_width=52, lens_height=40, bridge=18, temple=140, width=141),
    Milled(
        rim=((0, 3.6), (40, 2.9), (90, 2.4), (180, 2.5), (225, 3.0), (270, 3.9), (318, 6.2)),
        bridge=((0, -9.0, 2.8), (4, -8.6, 2.9), (10, -7.2, 3.2)),
        end=((50, -16.6, 5.0), (59, -17.4, 4.8), (66, -18.4, 4.1), (73, -19.4, 3.6)),
        facet=1.7,
        pins=((65.2, -18.4),),
    ),
    sheet_side(140, 3.9, 2.6, 3.5),
)
AVIATOR = Model(
    Shape.AVIATOR,
    SizeMarks(lens_width=58, lens_height=51, bridge=14, temple=135, width=139),
    Wires(
        rim=0.6,
        bridges=(
            ((0, -11.2, 0.75), (4, -10.9, 0.75), (6.4, -9.4, 0.7), (8.6, -7.4, 0.7)),
            ((0, -20.8, 0.8), (6, -20.9, 0.8), (11, -21.6, 0.75), (16, -22.6, 0.6)),
        ),
        end=((60.0, -13.2, 0.9), (63.0, -13.4, 1.3), (66.0, -13.0, 1.7), (71, -12.7, 1.7)),
        pads=(6.2, 2.0, 20.0),
    ),
    wire_side(135),
    above=34.0,
    below=34.0,
)
BROWLINE = Model(
    Shape.BROWLINE,
    SizeMarks(lens_width=51, lens_height=41, bridge=20, temple=145, width=142),
    (
        Wires(
            rim=0.62,
            bridges=(((0, -9.6, 1.0), (4, -9.3, 1.0), (8, -8.0, 0.9), (12, -6.6, 0.8)),),
            end=((58.0, -13.0, 1.0), (70, -13.0, 1.0)),
            pads=(7.2, 6.6, 18.0),
        ),
        Brow(
            arc=(200.0, 316.0),
            radii=(1.0, 2.4, 2.9, 3.1, 3.4, 3.8),
            away=1.7,
            end=((48, -18.4, 3.6), (57, -16.8, 4.0), (64, -16.0, 3.9), (74, -15.6, 3.6)),
        ),
    ),
    sheet_side(145, 4.3, 2.8, 3.7),
)
HALF_RIM = Model(
    Shape.HALF_RIM,
    SizeMarks(lens_width=54, lens_height=34, bridge=18, temple=140, width=138),
    (
        Wires(
            rim=0.7,
            bridges=(((0, -8.0, 1.05), (4, -7.7, 1.0), (7.5, -6.2, 0.95), (10.2, -4.4, 0.9)),),
            end=((60.0, -9.0, 1.0), (68, -9.0, 1.0)),
            pads=(6.9, 5.6, 18.0),
        ),
        Brow(
            arc=(174.0, 326.0),
            radii=(0.6, 0.9, 1.15, 1.25, 1.3, 1.3, 1.2),
            away=0.5,
            end=((60.0, -12.2, 1.1), (63.0, -12.2, 1.6), (66.5, -11.8, 1.8), (72, -11.6, 1.8)),
        ),
    ),
    wire_side(140),
)
GEOMETRIC = Model(
    Shape.GEOMETRIC,
    SizeMarks(lens_width=51, lens_height=45, bridge=20, temple=140, width=134),
    Wires(
        rim=0.62,
        bridges=(((0, -9.6, 0.85), (4, -9.2, 0.8), (8.5, -6.6, 0.75), (12.0, -4.8, 0.7)),),
        end=((56.0, -9.6, 0.9), (59.4, -10.0, 1.3), (63.0, -9.8, 1.7), (69, -9.6, 1.7)),
        pads=(7.6, 6.4, 20.0),
    ),
    wire_side(140),
)
OVAL = Model(
    Shape.OVAL,
    SizeMarks(lens_width=51, lens_height=36, bridge=18, temple=140, width=137),
    Milled(
        rim=((0, 3.4), (90, 2.3), (180, 2.4), (225, 2.7), (270, 2.9), (325, 3.8)),
        bridge=((0, -7.4, 2.5), (4, -7.1, 2.6), (9, -6.0, 2.9)),
        end=((52, -8.6, 3.9), (60, -8.8, 3.9), (65, -8.6, 3.6), (71, -8.4, 3.4)),
        edge=0.9,
        pins=((64.2, -8.7),),
    ),
    sheet_side(140, 3.2, 2.4, 3.3),
)
SQUARE = Model(
    Shape.SQUARE,
    SizeMarks(lens_width=55, lens_height=45, bridge=18, temple=145, width=147),
    Milled(
        rim=((0, 5.4), (90, 3.8), (180, 3.2), (225, 3.9), (270, 4.9), (325, 6.6)),
        bridge=((0, -11.8, 3.9), (4, -11.2, 4.1), (10, -9.4, 4.4)),
        end=((58, -17.6, 6.4), (65, -17.6, 6.4), (70, -17.4, 6.2), (76, -17.2, 6.0)),
        edge=1.3,
        bevel=1.2,
        facet=1.4,
        pins=((69.2, -19.0), (69.2, -15.8)),
    ),
    sheet_side(145, 6.0, 3.9, 4.6),
)
