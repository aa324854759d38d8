"""Places on earth, in degrees of WGS 84 as satellites and browsers tell them."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS = 6_371_009  # metres, the mean of the ellipsoid's axes


def distance(latitude, longitude, other_latitude, other_longitude):
    """Metres between two places along the surface, by the haversine formula.

    >>> round(distance(31.2304, 121.4737, 39.9042, 116.4074) / 1000)  # Shanghai to Beijing, km
    1067
    >>> distance(31, 121, 31, 121)
    0.0
    """
    north, other_north = radians(latitude), radians(other_latitude)
    angle = sin((other_north - north) / 2) ** 2
    angle += cos(north) * cos(other_north) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(min(1, sqrt(angle)))
