"""Birthdays, by the solar and by the Chinese lunar calendar (1900 to 2100)."""

from calendar import isleap
from datetime import date

from borax.calendars.lunardate import LCalendars, LunarDate

FIRST_DAY = date(1900, 1, 31)  # the first one that the lunar calendar's tables know


def lunar_month_and_day(day):
    """Month and day of the lunar calendar; a leap month counts as the month that it repeats.

    >>> lunar_month_and_day(date(2026, 9, 25))  # the Mid-Autumn Festival
    (8, 15)
    """
    lunar = LunarDate.from_solar(day)
    return lunar.month, lunar.day


def next_lunar_birthday(month, day, today):
    """The first day from `today` on that has this month and day in the lunar calendar.

    The 30th is celebrated on the 29th where the month has no 30th.

    >>> next_lunar_birthday(8, 15, date(2026, 11, 22))
    datetime.date(2027, 9, 15)
    >>> next_lunar_birthday(12, 30, date(2026, 1, 1))  # the last month has 29 days that year
    datetime.date(2026, 2, 16)
    """
    for year in range(today.year - 1, today.year + 2):
        found = LunarDate(year, month, min(day, LCalendars.ndays(year, month))).to_solar_date()
        if found >= today:
            return found


def next_solar_birthday(birthday, today):
    """The first anniversary from `today` on; who was born on 29 February celebrates on the 28th in other years.

    >>> next_solar_birthday(date(1988, 2, 29), date(2026, 2, 1))
    datetime.date(2026, 2, 28)
    >>> next_solar_birthday(date(1990, 5, 1), date(2026, 5, 2))
    datetime.date(2027, 5, 1)
    """
    for year in (today.year, today.year + 1):
        day = 28 if (birthday.month, birthday.day) == (2, 29) and not isleap(year) else birthday.day
        found = date(year, birthday.month, day)
        if found >= today:
            return found
