"""The wider range beside the house collection: more shapes, sizes and builds, mm."""

from webapp.drawn.bending import Weight, acetate_front, marked, rimless_front, wire_front
from webapp.drawn.collection import sheet_side
from webapp.drawn.models import Model
from webapp.drawn.temples import Side
from webapp.drawn.wirework import Brow, Visor, Wires
from webapp.eyewear.frame import Shape

LIGHT = Weight(3.0, 1.9, 1.9, 2.4, 3.3)
BOLD = Weight(5.2, 3.6, 3.1, 4.6, 6.2)
SOFT = Weight(3.6, 2.4, 2.4, 3.0, 4.0)
WINGED = Weight(3.4, 2.4, 2.5, 3.9, 5.6)
LOW = Weight(4.2, 2.4, 2.4, 3.6, 5.0)

KEYHOLE_ROUND = acetate_front(
    Shape.ROUND, marked("46-22-145", 44, 138), SOFT, (-8.4, 2.8), (-10.2, 3.8, 0.2), pins=2
)
BOLD_PANTO = acetate_front(
    Shape.PANTO,
    marked("50-21-145", 44, 146),
    BOLD,
    (-10.4, 3.9),
    (-13.2, 5.4, 0.4),
    pins=2,
    waist=3.4,
)
SLIM_RECTANGLE = acetate_front(
    Shape.RECTANGLE, marked("52-18-140", 31, 138), LOW, (-7.2, 2.8), (-10.8, 4.4, 0.1), facet=1.3
)
WIDE_RECTANGLE = acetate_front(
    Shape.RECTANGLE, marked("58-18-150", 39, 152), LOW, (-10.2, 3.3), (-15.2, 5.2, 0.1), waist=3.3
)
GRAND_SQUARE = acetate_front(
    Shape.SQUARE, marked("53-20-145", 45, 144), SOFT, (-11.0, 3.1), (-15.6, 4.6, 0.2), pins=2
)
SOFT_CAT = acetate_front(
    Shape.CAT_EYE, marked("50-17-135", 39, 136), WINGED, (-8.4, 2.8), (-15.4, 4.4, 2.0), waist=2.4
)
BOLD_CAT = acetate_front(
    Shape.CAT_EYE, marked("55-18-145", 46, 149), Weight(4.4, 3.2, 3.0, 5.0, 6.9), (-9.6, 3.4),
    (-18.4, 5.4, 2.4), facet=1.6, waist=3.0,
)  # fmt: skip
GRAND_OVAL = acetate_front(
    Shape.OVAL, marked("54-17-145", 43, 142), BOLD, (-9.0, 3.3), (-9.6, 4.6, 0.1), waist=2.9
)
HEX_SHEET = acetate_front(
    Shape.HEXAGONAL, marked("52-20-145", 46, 142), SOFT, (-9.6, 2.9), (-9.4, 4.2, 0.2)
)
NAVIGATOR_SHEET = acetate_front(
    Shape.NAVIGATOR, marked("56-17-145", 44, 147), BOLD, (-11.6, 3.6), (-15.0, 5.6, 0.2), facet=1.4,
    waist=3.6, pins=2,
)  # fmt: skip
SMALL_ROUND = acetate_front(
    Shape.ROUND,
    marked("42-17-125", 38, 120),
    LIGHT,
    (-6.0, 2.4),
    (-8.2, 3.3, 0.1),
    waist=2.3,
    tip=3.0,
)
SMALL_RECTANGLE = acetate_front(
    Shape.RECTANGLE, marked("45-15-125", 31, 119), LIGHT, (-7.2, 2.5), (-10.4, 3.6, 0.1), waist=2.4,
    tip=3.0,
)  # fmt: skip
SMALL_SUN = acetate_front(
    Shape.SQUARE,
    marked("46-16-130", 38, 125),
    SOFT,
    (-8.8, 2.9),
    (-12.6, 4.2, 0.1),
    waist=2.6,
    tip=3.1,
)

WIRE_PANTO = wire_front(Shape.PANTO, marked("48-21-145", 42, 132), -9.6, -11.6)
WIRE_HEX = wire_front(Shape.HEXAGONAL, marked("50-20-145", 44, 134), -9.0, -4.6, rim=0.6)
WIRE_OVAL = wire_front(Shape.OVAL, marked("49-19-140", 35, 131), -7.6, -7.4, rim=0.55)
WIRE_RECTANGLE = wire_front(Shape.RECTANGLE, marked("55-17-145", 36, 139), -8.6, -10.2, rim=0.75)
WIRE_NAVIGATOR = wire_front(
    Shape.NAVIGATOR,
    marked("57-15-140", 46, 141),
    -9.4,
    -13.0,
    rim=0.7,
    bar=-18.6,
    pads=(6.4, 3.5, 20),
)
SMALL_AVIATOR = wire_front(
    Shape.AVIATOR,
    marked("52-14-135", 45, 129),
    -8.6,
    -11.0,
    rim=0.55,
    bar=-17.6,
    pads=(6.2, 2.5, 20),
)
RIMLESS = rimless_front(marked("53-18-140", 36, 136), -6.2, -8.0)
RIMLESS_WIDE = rimless_front(marked("56-18-145", 40, 142), -7.4, -9.6)

SHIELD = Model(
    Shape.SHIELD,
    marked("65-10-135", 50, 150),
    Visor(
        bar=(
            (0, -24.0, 2.2), (20, -25.0, 2.3), (42, -24.2, 2.6), (56, -21.2, 3.0), (66, -17.0, 3.5),
            (74, -15.4, 3.6), (79, -15.0, 3.4),
        )
    ),
    Side(
        half=((0.0, 3.3), (14.0, 3.5), (45.0, 3.5), (82.0, 2.8), (108.0, 3.1), (135.0, 3.3)),
        bend=95.0, droop=36.0,
    ),
    above=34.0,
    below=34.0,
)  # fmt: skip
BROWLINE_SUN = Model(
    Shape.BROWLINE,
    marked("53-20-145", 44, 146),
    (
        Wires(
            rim=0.62,
            bridges=(((0, -10.4, 1.0), (4, -10.1, 1.0), (8, -8.8, 0.9), (12, -7.4, 0.8)),),
            end=((60.0, -14.0, 1.0), (72, -14.0, 1.0)),
            pads=(7.2, 6.6, 18.0),
        ),
        Brow(
            arc=(200.0, 316.0),
            radii=(1.0, 2.6, 3.2, 3.4, 3.8, 4.2),
            away=1.8,
            end=((50, -19.8, 4.0), (59, -18.2, 4.4), (66, -17.2, 4.2), (76, -16.8, 3.9)),
        ),
    ),
    sheet_side(145, 4.6, 3.0, 3.8),
)
