package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// DatabaseFacts are what is known of the database that workers share.
type DatabaseFacts struct {
	// Error is why it cannot be used, and Cure what mends that, in a sentence; then nothing else is known.
	Error, Cure string
	// Version is that of PostgreSQL, Major its first number, and Oldest that of the oldest with which zoomtag works.
	Version       string
	Major, Oldest int
	// Layout is that of the tables, and Known the newest that this zoomtag knows.
	Layout, Known int
	// Ahead is how far its clock is ahead of this machine's.
	Ahead time.Duration
	// Lax are the settings that are off with which what was saved may be lost.
	Lax []string
	// Remote says that it is on another machine, Plain that nothing is encrypted, and Pooled that a pooler gives each
	// transaction another connection.
	Remote, Plain, Pooled bool
	// Orphans is how many of Shards no living worker has.
	Orphans, Shards int
	// Connections are those that there are, of all programs, and Most how many there may be.
	Connections, Most int
	Workers           []WorkerFacts
}

// WorkerFacts are what is known of a worker that lives. Lag is how long ago it gave its last sign.
type WorkerFacts struct {
	Name, Version string
	Lag           time.Duration
}

const (
	// databaseSkew is how far the database's clock may be from this machine's. Whoever lives goes by the database's
	// alone; meetings begin by this machine's.
	databaseSkew = 10 * time.Second
	// lateSign is how old a worker's last sign may be, of which there is one in a second.
	lateSign = 2 * time.Second
	// fewConnections is what a worker uses at most, unless its address says otherwise.
	fewConnections = 10
)

// judge judges the database.
func (d *DatabaseFacts) judge() (list []Finding, well []string) {
	switch {
	case d == nil:
		return nil, nil
	case d.Error != "":
		return []Finding{found(DatabaseFails, d.Error).cured(d.Cure)}, nil
	case d.Major < d.Oldest:
		list = append(list, found(DatabaseFails, fmt.Sprintf("the database is PostgreSQL %s, and zoomtag needs %d or newer",
			d.Version, d.Oldest)).mended("Upgrade the database."))
	}
	list = append(list, d.judgeSettings()...)
	list = append(list, d.judgeWorkers()...)
	if len(list) == 0 {
		well = append(well, fmt.Sprintf("the database that workers share answers (PostgreSQL %s), and %s it", d.Version,
			shareIt(len(d.Workers))))
	}
	return list, well
}

func shareIt(workers int) string {
	if workers == 0 {
		return "no worker uses"
	}
	return words.Count(workers, "worker") + " " + map[bool]string{true: "uses", false: "use"}[workers == 1]
}

// judgeSettings judges the database itself, and the way to it.
func (d *DatabaseFacts) judgeSettings() (list []Finding) {
	if off := d.Ahead.Abs(); off > databaseSkew {
		which := "ahead of"
		if d.Ahead < 0 {
			which = "behind"
		}
		list = append(list, found(DatabaseClock, fmt.Sprintf("the database's clock is %s %s this machine's",
			off.Round(time.Second), which)))
	}
	if len(d.Lax) > 0 {
		list = append(list, found(DatabaseLax, strings.Join(d.Lax, " and ")+" "+words.Are(len(d.Lax))+
			" off: what the database has said is saved may be lost when it, or its machine, ends suddenly"))
	}
	if d.Remote && d.Plain {
		list = append(list, found(DatabasePlain, "the database is on another machine, and what is said to it is not "+
			"encrypted"))
	}
	if d.Pooled {
		list = append(list, found(DatabasePooled, "a pooler before the database gives each transaction another connection"))
	}
	if left := d.Most - d.Connections; left < fewConnections {
		list = append(list, found(DatabaseFull, fmt.Sprintf("%d of the database's %d connections are in use", d.Connections,
			d.Most)))
	}
	return list
}

// judgeWorkers judges those who share it.
func (d *DatabaseFacts) judgeWorkers() (list []Finding) {
	if d.Orphans > 0 && len(d.Workers) > 0 {
		list = append(list, found(NobodyWorks, fmt.Sprintf("%d of %d parts of all calendars are nobody's, although %s %s",
			d.Orphans, d.Shards, words.Count(len(d.Workers), "worker"),
			map[bool]string{true: "lives", false: "live"}[len(d.Workers) == 1])))
	}
	var versions []string
	for _, w := range d.Workers {
		if w.Lag > lateSign {
			list = append(list, found(WorkerSilent, fmt.Sprintf("worker %s gave its last sign %.1f s ago, and gives one in "+
				"each second", w.Name, w.Lag.Seconds())))
		}
		if !slices.Contains(versions, w.Version) {
			versions = append(versions, w.Version)
		}
	}
	slices.Sort(versions)
	switch {
	case len(versions) > 1:
		list = append(list, found(WorkersDiffer, "the workers have the versions "+strings.Join(versions, " and ")))
	case d.Layout > d.Known:
		list = append(list, found(WorkersDiffer, fmt.Sprintf("a newer zoomtag has brought the database to layout %d, and "+
			"this one knows %d", d.Layout, d.Known)).mended("Upgrade this one as well."))
	}
	return list
}
