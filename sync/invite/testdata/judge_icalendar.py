"""Reads every .ics file of a folder with python3-icalendar and prints what it finds as JSON: judge_icalendar.py FOLDER FIRST LAST"""
import datetime
import json
import pathlib
import sys

import icalendar
import recurring_ical_events

folder, first, last = sys.argv[1:]
UTC = datetime.timezone.utc


def parsed(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def show(at):
    if not isinstance(at, datetime.datetime):
        return at.isoformat()
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instances(calendar):
    found = []
    for event in recurring_ical_events.of(calendar).between(parsed(first), parsed(last)):
        start = event["DTSTART"].dt
        end = event["DTEND"].dt if "DTEND" in event else start
        found.append(show(start) + "/" + show(end))
    return sorted(found)


def many(event, name):
    value = event.get(name, [])
    return [str(v) for v in (value if isinstance(value, list) else [value])]


out = {}
for path in sorted(pathlib.Path(folder).glob("*.ics")):
    try:
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        events = calendar.walk("VEVENT")
        one = next((e for e in events if "RECURRENCE-ID" not in e), None)
        errors = [str(e) for c in calendar.walk() for e in c.errors]
        if errors:
            raise ValueError("; ".join(errors))
        out[path.name] = {
            "instances": instances(calendar) if one else [],
            "conferences": many(one, "CONFERENCE") if one else [],
            "people": many(one, "ATTENDEE") if one else [],
            "uids": sorted({str(e["UID"]) for e in events}),
            **{key: str(one.get(name, "")) if one else "" for key, name in
               {"url": "URL", "title": "SUMMARY", "description": "DESCRIPTION", "location": "LOCATION"}.items()},
        }
        probes = path.with_suffix(".probes")
        if probes.exists():
            zone = calendar.walk("VTIMEZONE")[0].to_tz()
            out[path.name]["offsets"] = [
                int(datetime.datetime.fromtimestamp(int(line.split()[0]), UTC).astimezone(zone).utcoffset().total_seconds())
                for line in probes.read_text().splitlines()]
    except Exception as e:  # what it is does not matter: the file was not read
        out[path.name] = {"error": f"{type(e).__name__}: {e}"}
json.dump(out, sys.stdout)
