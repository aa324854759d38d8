"""Working hours, with the public holidays and make-up working days of China."""

from datetime import UTC, datetime, time, timedelta

import chinese_calendar

HORIZON = 400  # days


def is_chinese_workday(day):
    """Whether people in China work on this day, None for a year whose holidays are not known yet.

    Source: the yearly notices of the State Council, as packaged by `chinesecalendar`.

    >>> from datetime import date
    >>> [is_chinese_workday(date(*day)) for day in ((2025, 10, 1), (2025, 9, 28), (2099, 1, 1))]
    [False, True, None]
    """
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return None


def add_working_hours(start, hours, tz, attendances, absences=(), is_workday=is_chinese_workday):
    """The moment `hours` of work after `start`.

    :param datetime start: naive, UTC
    :param float hours: working hours
    :param tz: tzinfo in which `attendances` are meant
    :param attendances: {weekday (0 is Monday): [(hour from, hour to)]}; empty weekdays are free
    :param absences: [(from, to)] naive UTC datetimes without work, such as the company's own holidays
    :param is_workday: date → True, False, None (as the weekday says). A day that is worked although its weekday is free
        (made up for a bridge holiday) has the hours of Monday, or of the first weekday that has any.
    :return: naive UTC datetime; `start` plus natural hours if nobody ever works

    >>> from zoneinfo import ZoneInfo
    >>> week = {day: [(8, 12), (13, 17)] for day in range(5)}
    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> add_working_hours(datetime(2025, 9, 30, 7, 0), 4, shanghai, week)  # the day before National Day, 15:00
    datetime.datetime(2025, 10, 9, 2, 0)
    """
    usual = next((attendances[day] for day in range(7) if attendances.get(day)), None)
    if not usual or hours <= 0:
        return start + timedelta(hours=max(hours, 0))
    left = timedelta(hours=hours)
    local = start.replace(tzinfo=UTC).astimezone(tz)
    for offset in range(HORIZON):
        day = local.date() + timedelta(days=offset)
        worked = is_workday(day)
        periods = attendances.get(day.weekday()) or (usual if worked else [])
        for begin, end in [] if worked is False else periods:
            midnight = datetime.combine(day, time(), tz)
            for since, until in _without(
                _utc(midnight, begin), _utc(midnight, end), [(datetime.min, start), *absences]
            ):
                if until - since >= left:
                    return since + left
                left -= until - since
    return start + timedelta(hours=hours)


def _utc(midnight, hour):
    return (midnight + timedelta(hours=hour)).astimezone(UTC).replace(tzinfo=None)


def _without(since, until, absences):
    """The parts of the period from `since` to `until` outside all `absences`, in order."""
    parts = [(since, until)]
    for begin, end in absences:
        parts = [
            part
            for one, other in parts
            for part in ((one, min(other, begin)), (max(one, end), other))
            if part[0] < part[1]
        ]
    return sorted(parts)
