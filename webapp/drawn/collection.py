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
    SizeMarks(lens_width=48, lens_height=46, bridge=21, temple=145, width=135),
    Wires(
        rim=0.68,
        bridges=(((0, -7.4, 0.85), (4, -7.0, 0.8), (8.5, -4.3, 0.75), (11.6, -2.4, 0.7)),),
        end=((56.0, -8.6, 0.8), (60.0, -9.0, 1.5), (63.5, -8.8, 1.5), (69, -8.6, 1.6)),
    ),
    wire_side(145),
)
PANTO = Model(
    Shape.PANTO,
    SizeMarks(lens_width=49, lens_height=42, bridge=21, temple=145, width=141),
    Milled(
        rim=((0, 4.0), (90, 2.7), (180, 2.6), (225, 3.2), (270, 3.3), (325, 4.6)),
        bridge=((0, -7.8, 2.5), (5, -7.3, 2.7), (11, -6, 3.0)),
        end=((54, -11.5, 4.6), (62, -11.6, 4.6), (67, -11.2, 4.1), (73, -11, 3.8)),
        pins=((66.2, -12.4), (66.2, -9.8)),
    ),
    sheet_side(145, 3.9, 2.7, 3.7),
)
RECTANGLE = Model(
    Shape.RECTANGLE,
    SizeMarks(lens_width=54, lens_height=35, bridge=17, temple=145, width=142),
    Milled(
        rim=((0, 4.2), (90, 2.4), (180, 2.4), (225, 3.0), (270, 3.6), (330, 5.2)),
        bridge=((0, -6.8, 2.8), (4, -6.4, 2.9), (9, -5.4, 3.2)),
        end=((58, -11.6, 5.2), (64, -11.8, 5.2), (68, -11.6, 4.9), (74, -11.4, 4.6)),
        bevel=1.0,
        facet=1.5,
        pins=((66.8, -11.6),),
    ),
    sheet_side(145, 5.0, 3.3, 4.1),
)
CAT_EYE = Model(
    Shape.CAT_EYE,
    SizeMarks(lens_width=52, lens_height=40, bridge=18, temple=140, width=141),
    Milled(
        rim=((0, 3.6), (40, 2.9), (90, 2.4), (180, 2.5), (225, 3.0), (270, 3.9), (318, 6.2)),
        bridge=((0, -6.4, 2.5), (4, -6.1, 2.7), (10, -5.2, 3.0)),
        end=((52, -16.6, 5.0), (60, -17.4, 5.0), (66, -18.6, 4.0), (73, -20.2, 3.0)),
        facet=1.7,
        pins=((64.8, -18.0),),
    ),
    sheet_side(140, 3.9, 2.6, 3.5),
)
AVIATOR = Model(
    Shape.AVIATOR,
    SizeMarks(lens_width=58, lens_height=51, bridge=14, temple=135, width=139),
    Wires(
        rim=0.6,
        bridges=(
            ((0, -8.6, 0.7), (4, -8.4, 0.7), (7, -6.6, 0.7), (9.6, -4.4, 0.7)),
            ((0, -18.6, 0.75), (8, -18.7, 0.75), (15, -20.6, 0.7), (22, -24.0, 0.6)),
        ),
        end=((60.0, -16.2, 0.8), (63.4, -17.0, 1.5), (66.5, -16.6, 1.5), (71, -16.2, 1.6)),
        pads=(5.6, 3.4, 22.0),
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
            bridges=(((0, -7.6, 0.9), (4, -7.3, 0.9), (8, -6.0, 0.8), (12, -5.0, 0.7)),),
            end=((58.0, -13.0, 1.0), (70, -13.0, 1.0)),
            pads=(7.2, 6.6, 18.0),
        ),
        Brow(
            arc=(203.0, 338.0),
            radii=(1.2, 2.6, 3.0, 3.2, 3.6, 4.0),
            away=1.7,
            end=((54, -15.4, 4.2), (62, -15.4, 4.6), (66, -15.0, 4.5), (74, -14.6, 4.2)),
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
            bridges=(((0, -5.8, 1.0), (4, -5.5, 0.95), (7.5, -4.0, 0.9), (10.2, -2.6, 0.9)),),
            end=((60.0, -9.0, 1.0), (68, -9.0, 1.0)),
            pads=(6.9, 6.8, 18.0),
        ),
        Brow(
            arc=(178.0, 358.0),
            radii=(0.75, 0.95, 1.1, 1.2, 1.25, 1.1, 0.8),
            away=0.55,
            end=((60.5, -11.0, 1.2), (63.5, -10.8, 1.9), (66.5, -10.4, 1.9), (72, -10.2, 1.9)),
        ),
    ),
    wire_side(140),
)
SQUARE = Model(
    Shape.SQUARE,
    SizeMarks(lens_width=55, lens_height=45, bridge=18, temple=145, width=147),
    Milled(
        rim=((0, 5.4), (90, 3.8), (180, 3.2), (225, 3.9), (270, 4.9), (325, 6.6)),
        bridge=((0, -8.2, 3.3), (4, -7.8, 3.5), (10, -6.4, 3.8)),
        end=((60, -14.6, 6.2), (66, -14.8, 6.2), (70, -14.4, 6.0), (76, -14.2, 5.6)),
        edge=1.3,
        bevel=1.2,
        facet=1.4,
        pins=((69.4, -16.2), (69.4, -12.8)),
    ),
    sheet_side(145, 6.0, 3.9, 4.6),
)
