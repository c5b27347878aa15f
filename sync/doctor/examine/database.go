package examine

import (
	"context"
	"errors"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// Without is what can be said where the state cannot be read, or no service be made: a finding where there is a code
// for that, and else the error itself.
func Without(err error) (api.DoctorReport, error) {
	switch {
	case words.IsUsage(err):
		return api.NewDoctorReport(doctor.WrongConfiguration(err.Error())), err
	case errors.Is(err, store.ErrDatabase):
		findings, _ := doctor.JudgeSetup(doctor.Setup{Database: unusable(err)})
		return api.NewDoctorReport(findings...), nil
	}
	return api.DoctorReport{}, err
}

// unusable is what is known of a database that cannot be used.
func unusable(err error) *doctor.DatabaseFacts {
	return &doctor.DatabaseFacts{Error: words.Cause(err), Cure: words.Sentence(words.Cure(err))}
}

// handOver is how long calendars may be nobody's: until whoever has died is believed to have, and they are shared anew.
const handOver = 6 * time.Second

// database looks at the database that workers share; nil where there is none.
func (x *examination) database(ctx context.Context) *doctor.DatabaseFacts {
	limited, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	for {
		facts := x.lookAtDatabase()
		if facts == nil || facts.Orphans == 0 || len(facts.Workers) == 0 {
			return facts
		}
		select {
		case <-limited.Done():
			return facts
		case <-time.After(time.Second):
		}
	}
}

func (x *examination) lookAtDatabase() *doctor.DatabaseFacts {
	f, shared, err := x.Store.Database()
	if !shared {
		return nil
	}
	if err != nil {
		return unusable(err)
	}
	workers, err := x.Store.Workers()
	if err != nil {
		return unusable(err)
	}
	facts := &doctor.DatabaseFacts{Version: f.Version, Major: f.Major, Oldest: store.OldestPostgres, Layout: f.Layout,
		Known: f.Known, Ahead: f.Ahead, Lax: f.Lax, Remote: f.Remote, Plain: f.Plain, Pooled: f.Pooled,
		Orphans: f.Orphans, Shards: store.ShardCount, Connections: f.Connections, Most: f.Most}
	for _, w := range workers {
		facts.Workers = append(facts.Workers, doctor.WorkerFacts{Name: w.Name, Version: w.Version, Lag: w.Lag})
	}
	return facts
}
