"""Reads every .ics file of a folder with libical and prints what it finds as JSON: judge_libical.py FOLDER FIRST LAST"""
import ctypes
import datetime
import json
import pathlib
import sys

lib = ctypes.CDLL("libical.so.3")
folder, first, last = sys.argv[1:]
UTC = datetime.timezone.utc


class Time(ctypes.Structure):  # struct icaltimetype
    _fields_ = [(n, ctypes.c_int) for n in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")] + [("zone", ctypes.c_void_p)]


class Span(ctypes.Structure):  # struct icaltime_span
    _fields_ = [("start", ctypes.c_int64), ("end", ctypes.c_int64), ("is_busy", ctypes.c_int)]


def function(name, result, *arguments):
    f = getattr(lib, name)
    f.restype, f.argtypes = result, arguments
    return f


P, I, S = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
parse = function("icalparser_parse_string", P, S)
kind_of = function("icalcomponent_string_to_kind", I, S)
property_kind = function("icalproperty_string_to_kind", I, S)
first_component, next_component = function("icalcomponent_get_first_component", P, P, I), function("icalcomponent_get_next_component", P, P, I)
first_property, next_property = function("icalcomponent_get_first_property", P, P, I), function("icalcomponent_get_next_property", P, P, I)
value_text = function("icalproperty_get_value_as_string", S, P)
value_of = function("icalproperty_get_value", P, P)
plain_text = function("icalvalue_get_text", S, P)
line_of = function("icalproperty_as_ical_string", S, P)
dtstart, dtend = function("icalcomponent_get_dtstart", Time, P), function("icalcomponent_get_dtend", Time, P)
zoned = function("icalproperty_get_datetime_with_component", Time, P, P)
remove = function("icalcomponent_remove_property", None, P, P)
seconds = function("icaltime_as_timet_with_zone", ctypes.c_int64, Time, P)
from_seconds = function("icaltime_from_timet_with_zone", Time, ctypes.c_int64, I, P)
utc = function("icaltimezone_get_utc_timezone", P)()
new_zone, set_component = function("icaltimezone_new", P), function("icaltimezone_set_component", I, P, P)
utc_offset = function("icaltimezone_get_utc_offset_of_utc_time", I, P, ctypes.POINTER(Time), ctypes.POINTER(I))
check = function("icalrestriction_check", I, P)
errors = function("icalcomponent_count_errors", I, P)
clone = function("icalcomponent_new_clone", P, P)
CALLBACK = ctypes.CFUNCTYPE(None, P, ctypes.POINTER(Span), P)
each_recurrence = function("icalcomponent_foreach_recurrence", None, P, Time, Time, CALLBACK, P)


def components(parent, kind):
    kind, found = kind_of(kind), []
    c = first_component(parent, kind)
    while c:
        found.append(c)
        c = next_component(parent, kind)
    return found


def properties(component, name):
    kind, found = property_kind(name), []
    p = first_property(component, kind)
    while p:
        found.append(p)
        p = next_property(component, kind)
    return found


ANY = 1  # ICAL_ANY_COMPONENT


def all_components(parent):
    """The component and everything in it, at any depth."""
    found, direct = [parent], []
    c = first_component(parent, ANY)
    while c:
        direct.append(c)
        c = next_component(parent, ANY)
    for c in direct:
        found += all_components(c)
    return found


def text(component, name):
    for p in properties(component, name):
        return (plain_text(value_of(p)) or b"").decode()
    return ""


def stamp(at):
    return datetime.datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show(t, at):
    return stamp(at)[:10] if t.is_date else stamp(at)


def unix(t):
    return seconds(t, t.zone or utc)


def instances(events):
    """All occurrences: those of the master that no override replaces, and the overrides."""
    master = next(e for e in events if not properties(e, b"RECURRENCE-ID"))
    start, found = dtstart(master), {}
    end = dtend(master) if properties(master, b"DTEND") else start

    def see(_, span, __):
        at = span.contents
        found[at.start] = show(start, at.start) + "/" + show(start, at.end)

    begin = from_seconds(int(datetime.datetime.fromisoformat(first.replace("Z", "+00:00")).timestamp()), 0, utc)
    finish = from_seconds(int(datetime.datetime.fromisoformat(last.replace("Z", "+00:00")).timestamp()), 0, utc)
    recurs = properties(master, b"RRULE") + properties(master, b"RDATE")
    length = unix(end) - unix(start)
    for p in properties(master, b"RDATE"):  # libical reads them right, but takes them for UTC when it expands a series
        at = unix(zoned(p, master))
        found[at] = show(start, at) + "/" + show(start, at + length)
        remove(master, p)
    if recurs:
        each_recurrence(master, begin, finish, CALLBACK(see), None)
    else:
        found[unix(start)] = show(start, unix(start)) + "/" + show(start, unix(end))
    moved = []
    for e in events:
        if properties(e, b"RECURRENCE-ID"):
            gone = unix(zoned(properties(e, b"RECURRENCE-ID")[0], e))
            if gone not in found:
                raise ValueError("an override of an occurrence that the series does not have: " + stamp(gone))
            del found[gone]
            s, t = dtstart(e), dtend(e)
            moved.append(show(s, unix(s)) + "/" + show(s, unix(t)))
    return sorted(list(found.values()) + moved)


out = {}
for path in sorted(pathlib.Path(folder).glob("*.ics")):
    try:
        root = parse(path.read_bytes())
        if not root:
            raise ValueError("not parsed")
        copy = clone(root)
        check(copy)
        bad = [(line_of(p) or b"").decode() for c in all_components(copy) for p in properties(c, b"X-LIC-ERROR")]
        if errors(root) or bad:
            raise ValueError("; ".join(bad) or "%d errors" % errors(root))
        events = components(root, b"VEVENT")
        one = next((e for e in events if not properties(e, b"RECURRENCE-ID")), None)
        result = {"instances": [], "conferences": [], "people": [], "url": "", "title": "", "description": "", "location": ""}
        if one:
            result = {
                "instances": instances(events),
                "conferences": [value_text(p).decode() for p in properties(one, b"CONFERENCE")],
                "people": [value_text(p).decode() for p in properties(one, b"ATTENDEE")],
                "url": "".join(value_text(p).decode() for p in properties(one, b"URL")),
                "title": text(one, b"SUMMARY"), "description": text(one, b"DESCRIPTION"), "location": text(one, b"LOCATION"),
            }
        result["uids"] = sorted({text(e, b"UID") for e in events})
        probes = path.with_suffix(".probes")
        if probes.exists():
            zone = new_zone()
            set_component(zone, clone(components(root, b"VTIMEZONE")[0]))
            result["offsets"] = []
            for line in probes.read_text().splitlines():
                at = from_seconds(int(line.split()[0]), 0, utc)
                result["offsets"].append(utc_offset(zone, ctypes.byref(at), ctypes.byref(I())))
        out[path.name] = result
    except Exception as e:  # what it is does not matter: the file was not read
        out[path.name] = {"error": f"{type(e).__name__}: {e}"}
json.dump(out, sys.stdout)
