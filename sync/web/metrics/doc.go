// Package metrics says in numbers how zoomtag does, for Prometheus: what it has done is counted as it happens, and how
// things stand is asked of an [api.Service] when somebody scrapes, at most so often that it costs little.
//
// No label has a value that grows with calendars, events or hosts, and no name of any of them is shown. The names are a
// promise (docs/monitoring).
//
// Counters begin at zero with the process, and go on through all configurations. Gauges are of the last answer that
// could be had. scrapesAtOnce and scrapeTime protect the daemon from those who scrape, and each of them from a status
// that takes long.
package metrics
