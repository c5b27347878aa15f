package local

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/files"
)

// quotas keep over restarts what services were asked that count the requests of a day (calendar.Meter), in a file
// beside the state. It is written rarely, and says at any time at least as much as was asked: each time it is written
// for some more than that, and written again before they are used up. A process that ends orderly leaves what it was.
// After a crash those count that may have been asked by then.
type quotas struct {
	path string
	mu   sync.Mutex // guards all below
	// kept are what the file says by now, by the names of what is counted: at least as much as was asked.
	kept     map[string]*calendar.Meter
	recalled bool // it was read
	shared   sharedQuotas
}

// Of a day's requests, as one part of so many: those that may be asked in a minute, which is the least time between two
// looks at whether the file has to be written, and those for which it is written ahead. Google, which counts days, lets
// a project ask for that much in a minute.
const (
	quotaMinute = 100
	quotaAhead  = 50
	maxQuotas   = 1 << 20 // bytes of the file
)

// quotaFile is the file.
type quotaFile struct {
	Saved  time.Time   `json:"saved"`
	Quotas []quotaKept `json:"quotas"`
}

// quotaKept is what was asked of one service, and for how many requests more the file was written.
type quotaKept struct {
	Name string `json:"name"`
	calendar.Counted
	Ahead int `json:"ahead,omitempty"`
}

// findMeters are those of the calendars, by name.
func (s *Service) findMeters() map[string][]*calendar.Meter {
	found, known := map[string][]*calendar.Meter{}, map[*calendar.Meter]bool{}
	for _, c := range s.calendars {
		metered, ok := c.Source.(calendar.Metered)
		if !ok {
			continue
		}
		if m := metered.Meter(); m != nil && !known[m] {
			known[m] = true
			found[m.Name()] = append(found[m.Name()], m)
		}
	}
	return found
}

// countOn has what was asked for another service, which may still be at work, count for s, which is not yet.
func (s *Service) countOn(old *Service) {
	was, now := old.meters, s.now()
	for name, list := range s.meters {
		for _, m := range list {
			if slices.Contains(was[name], m) {
				continue
			}
			for _, before := range was[name] {
				m.Add(before.Counted(now), now)
			}
		}
	}
	s.quotas.mu.Lock()
	defer s.quotas.mu.Unlock()
	s.heedOthers()
}

// recallQuotas has what was asked before this process count, once.
func (s *Service) recallQuotas() {
	s.quotas.mu.Lock()
	defer s.quotas.mu.Unlock()
	if s.quotas.recalled || len(s.meters) == 0 {
		return
	}
	s.quotas.recalled = true
	now := s.now()
	for _, k := range s.readQuotas(now) {
		for _, m := range s.meters[k.Name] {
			m.Add(k.Counted, now)
		}
		if k.Ahead == 0 {
			s.quotas.kept[k.Name] = calendar.NewMeter(k.Name, 0)
			s.quotas.kept[k.Name].Add(k.Counted, now)
		}
	}
}

// readQuotas is what the file says, with those that may have been asked since it was written. What cannot be read says
// nothing.
func (s *Service) readQuotas(now time.Time) []quotaKept {
	var file quotaFile
	f, err := os.Open(s.quotas.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(json.NewDecoder(io.LimitReader(f, maxQuotas)).Decode(&file), f.Close())
	}
	if err != nil {
		s.log.Warn("what services were asked before is not known", "path", s.quotas.path, "reason", err)
		return nil
	}
	minutes := int(min(now.Sub(file.Saved).Abs(), 24*time.Hour)/time.Minute) + 1
	for i := range file.Quotas {
		k := &file.Quotas[i]
		// Written for a fiftieth of a day's, of which half is a minute's.
		perMinute := k.Ahead * quotaAhead / quotaMinute
		k.Put(min(k.Ahead, minutes*perMinute))
	}
	return file.Quotas
}

// sumOf is what meters of one name have counted: of several that are called the same nobody knows which is which, and
// each counts for all.
func sumOf(name string, list []*calendar.Meter, now time.Time) *calendar.Meter {
	sum := calendar.NewMeter(name, list[0].Most())
	for _, m := range list {
		sum.Add(m.Counted(now), now)
	}
	return sum
}

// SaveQuotas has the file say what was asked, if it does not say as much as may have been asked in a minute from now;
// at the end of the process, what it was. Where the state is shared, that says it.
func (s *Service) SaveQuotas(end bool) {
	s.quotas.mu.Lock()
	defer s.quotas.mu.Unlock()
	if s.st.Shared() {
		s.shareQuotas(end)
		return
	}
	if _, err := os.Stat(filepath.Dir(s.quotas.path)); errors.Is(err, fs.ErrNotExist) {
		return // nothing was ever saved: a plan before the first pass leaves no trace
	}
	now, enough := s.now(), true
	file := quotaFile{Saved: now.UTC().Truncate(time.Second), Quotas: []quotaKept{}}
	kept := map[string]*calendar.Meter{}
	for name, list := range s.meters {
		sum := sumOf(name, list, now)
		one := quotaKept{Name: name, Counted: sum.Counted(now)}
		said := s.quotas.kept[name]
		switch {
		case end:
			enough = enough && said != nil && said.Used(now) == sum.Used(now)
		default:
			enough = enough && said != nil && said.Used(now) >= sum.Used(now)+sum.Most()/quotaMinute
			one.Ahead = sum.Most() / quotaAhead
		}
		file.Quotas = append(file.Quotas, one)
		one.Put(one.Ahead)
		kept[name] = calendar.NewMeter(name, sum.Most())
		kept[name].Add(one.Counted, now)
	}
	if enough {
		return
	}
	raw, err := json.Marshal(file)
	if err == nil {
		err = files.Replace(s.quotas.path, raw, 0o600)
	}
	if err != nil {
		s.log.Warn("what services were asked today is not kept for the next start", "reason", err)
		return
	}
	s.quotas.kept = kept
}
