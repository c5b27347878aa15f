package zoom

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zoomtag/providers/meeting"
)

// knowledge is what was learned of hosts, their templates and alternative hosts, for some hours. Losing it costs
// requests and nothing else.
type knowledge struct {
	// noPush says that Zoom does not take push_change_to_calendar in updates.
	noPush atomic.Bool

	mu         sync.Mutex // guards all below
	hosts      map[string]knownHost
	lists      map[string]knownTemplates
	alternates map[[2]string]alternate // by host and address
	licences   map[string]knownLicence
}

type knownHost struct {
	facts meeting.HostFacts
	until time.Time
}

type knownTemplates struct {
	list  []wireTemplate
	until time.Time
}

// Bounds of each part of it: what is small is there for each of an organisation's people.
const (
	maxKnown = 20_000
	maxLists = 1000 // of templates
)

// remember puts a value into a map, and keeps the map small: where it is full, what is over goes, else an eighth.
func remember[K comparable, V any](m *map[K]V, most int, key K, value V, over func(V) bool) {
	if *m == nil {
		*m = map[K]V{}
	}
	if _, there := (*m)[key]; !there && len(*m) >= most {
		maps.DeleteFunc(*m, func(_ K, v V) bool { return over(v) })
		for old := range *m {
			if len(*m) <= most-most/8 {
				break
			}
			delete(*m, old)
		}
	}
	(*m)[key] = value
}

func (k *knowledge) facts(host string, now time.Time) (meeting.HostFacts, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, ok := k.hosts[strings.ToLower(host)]
	return h.facts, ok && now.Before(h.until)
}

func (k *knowledge) learnFacts(host string, facts meeting.HostFacts, now time.Time, life time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	remember(&k.hosts, maxKnown, strings.ToLower(host), knownHost{facts, now.Add(life)},
		func(h knownHost) bool { return !now.Before(h.until) })
}

func (k *knowledge) templates(host string, now time.Time) ([]wireTemplate, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.lists[strings.ToLower(host)]
	return t.list, ok && now.Before(t.until)
}

func (k *knowledge) learnTemplates(host string, list []wireTemplate, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	remember(&k.lists, maxLists, strings.ToLower(host), knownTemplates{list, now.Add(templatesLife)},
		func(t knownTemplates) bool { return !now.Before(t.until) })
}

func (k *knowledge) alternate(host, address string, now time.Time) (why string, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok := k.alternates[[2]string{strings.ToLower(host), address}]
	return a.why, ok && now.Before(a.until)
}

// refusals is how many alternative hosts of a host Zoom is known to have refused.
func (k *knowledge) refusals(host string, now time.Time) (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, a := range k.alternates {
		if key[0] == strings.ToLower(host) && a.why == refusedByZoom && now.Before(a.until) {
			n++
		}
	}
	return n
}

func (k *knowledge) learnAlternate(host, address, why string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	remember(&k.alternates, maxKnown, [2]string{strings.ToLower(host), address}, alternate{why, now.Add(alternateLife)},
		func(a alternate) bool { return !now.Before(a.until) })
}
