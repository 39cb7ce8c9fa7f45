import math

from impasto.ui.progress import CURVE_HEIGHT, CURVE_WIDTH, curve_points


def test_equal_factors_are_equal_heights():
    assert curve_points([1000, 100, 10, 1]) == "0.0,0.0 80.0,20.0 160.0,40.0 240.0,60.0"


def test_nothing_is_drawn_of_one_cost():
    assert curve_points([]) == curve_points([3.0]) == ""


def test_a_cost_of_nothing_stands_at_the_foot_and_a_flat_one_is_a_line():
    assert curve_points([math.e, 1, 0]) == f"0.0,0.0 120.0,{CURVE_HEIGHT} {CURVE_WIDTH},{CURVE_HEIGHT}"
    assert curve_points([0, 0]) == f"0.0,{CURVE_HEIGHT} {CURVE_WIDTH},{CURVE_HEIGHT}"
    assert curve_points([5, 5]) == f"0.0,{CURVE_HEIGHT} {CURVE_WIDTH},{CURVE_HEIGHT}"


def test_of_many_costs_first_and_last_are_drawn():
    drawn = curve_points([2.0**-i for i in range(1001)]).split(" ")
    assert len(drawn) <= 242
    assert (drawn[0], drawn[-1]) == ("0.0,0.0", f"{CURVE_WIDTH},{CURVE_HEIGHT}")
