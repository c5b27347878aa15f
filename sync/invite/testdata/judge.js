// Reads every .ics file of a folder with ical.js and prints what it finds as JSON: node judge.js FOLDER FIRST LAST
// NODE_PATH or the working directory has to hold node_modules/ical.js.
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");
const loaded = createRequire(path.join(process.env.ICALJS_DIR || process.cwd(), "x.js"))("ical.js");
const ICAL = loaded.default || loaded;

const [folder, first, last] = process.argv.slice(2);
const from = Date.parse(first) / 1000, to = Date.parse(last) / 1000;

function show(time) {
  if (time.isDate) return time.toString();
  return new Date(time.toUnixTime() * 1000).toISOString().replace(".000", "");
}

function instances(events) {
  const master = events.find((e) => !e.hasProperty("recurrence-id"));
  const event = new ICAL.Event(master, { strictExceptions: false });
  for (const e of events) if (e !== master) event.relateException(e);
  const found = [];
  const add = (start, end) => found.push(show(start) + "/" + show(end));
  if (!event.isRecurring()) {
    add(event.startDate, event.endDate);
    return found;
  }
  const next = event.iterator();
  for (let at = next.next(); at && at.toUnixTime() < to + 86400 * 2; at = next.next()) {
    const o = event.getOccurrenceDetails(at);
    if (o.startDate.toUnixTime() < to) add(o.startDate, o.endDate);
  }
  return found;
}

const out = {};
for (const name of fs.readdirSync(folder).filter((n) => n.endsWith(".ics"))) {
  try {
    ICAL.TimezoneService.reset();
    const root = new ICAL.Component(ICAL.parse(fs.readFileSync(path.join(folder, name), "utf8")));
    const offsets = {};
    for (const z of root.getAllSubcomponents("vtimezone")) {
      const zone = new ICAL.Timezone(z);
      ICAL.TimezoneService.register(zone);
      offsets[zone.tzid] = zone;
    }
    const events = root.getAllSubcomponents("vevent");
    const one = events.find((e) => !e.hasProperty("recurrence-id"));
    const text = (n) => (one && one.getFirstPropertyValue(n)) || "";
    out[name] = {
      instances: one ? instances(events).sort() : [],
      conferences: one ? one.getAllProperties("conference").map((p) => String(p.getFirstValue())) : [],
      url: String(text("url")), title: text("summary"), description: text("description"), location: text("location"),
      uids: [...new Set(events.map((e) => e.getFirstPropertyValue("uid")))],
      people: one ? one.getAllProperties("attendee").map((p) => String(p.getFirstValue())) : [],
    };
    const probes = path.join(folder, name.replace(/\.ics$/, ".probes"));
    if (fs.existsSync(probes)) {
      const zone = Object.values(offsets)[0];
      out[name].offsets = fs.readFileSync(probes, "utf8").trim().split("\n").map((s) => {
        // What ical.js offers goes from the clock to UTC: the offset is the one with which the clock comes out.
        const unix = Number(s.split(" ")[0]), want = Number(s.split(" ")[1]);
        const wall = ICAL.Time.fromJSDate(new Date((unix + want) * 1000), true);
        wall.zone = zone;
        return zone.utcOffset(wall);
      });
    }
  } catch (e) {
    out[name] = { error: String((e && e.stack) || e) };
  }
}
process.stdout.write(JSON.stringify(out));
