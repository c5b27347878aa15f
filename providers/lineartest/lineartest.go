// Package lineartest shows that work takes time and memory in proportion to its input, whatever the input is. Each
// package that reads what strangers write has a list of cases, a test that runs them once and a benchmark that measures
// them:
//
//	go test ./... -run '^$' -bench Linear -benchtime 1x
package lineartest

import (
	"runtime"
	"testing"
	"time"
)

// Case is work on an input that grows.
type Case struct {
	Name string
	// Size is how large the input is of which the benchmark measures one and two: large enough that a run takes about a
	// millisecond.
	Size int
	// Make makes the input of a size, of bytes or whatever the case counts in, and returns the work on it, which is the
	// same each time.
	Make func(size int) func()
}

// huge is how much larger the largest input is of which Test runs a case.
const huge = 8

// Test runs each case on a large input, and compares what is allocated for an input and for one of twice the size.
// Nothing is timed: that is for Bench.
func Test(t *testing.T, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			work, twice := c.Make(c.Size), c.Make(2*c.Size)
			one, two := allocated(work), allocated(twice)
			for try := 0; two > one*5/2 && two > 1<<20; try++ { // others may have been at work as well
				if try == 5 {
					t.Fatalf("allocates %d bytes for an input of %d, and %d for one of twice the size", one,
						c.Size, two)
				}
				one, two = max(one, allocated(work)), min(two, allocated(twice))
			}
			c.Make(huge * c.Size)()
		})
	}
}

// allocated is how many bytes work allocates.
func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// The ratio above which measuring is tried again, and how often: a machine that is busy with something else is no news.
const (
	tolerated = 2.2
	tries     = 5
	runs      = 15
)

// Bench measures each case on an input and on one of twice the size, and reports how many times longer that takes: the
// least of many runs each, so that what else the machine does hardly counts.
func Bench(b *testing.B, cases []Case) {
	b.Helper()
	for _, c := range cases {
		b.Run(c.Name, func(b *testing.B) {
			one, two := c.Make(c.Size), c.Make(2*c.Size)
			for b.Loop() {
				best := ratio{}
				for range tries {
					if r := measure(one, two); best.one == 0 || r.value() < best.value() {
						best = r
					}
					if best.value() <= tolerated {
						break
					}
				}
				b.ReportMetric(float64(best.one.Nanoseconds()), "ns/n")
				b.ReportMetric(float64(best.two.Nanoseconds()), "ns/2n")
				b.ReportMetric(best.value(), "ratio")
			}
		})
	}
}

type ratio struct{ one, two time.Duration }

func (r ratio) value() float64 { return float64(r.two) / float64(max(r.one, 1)) }

func measure(one, two func()) ratio {
	runtime.LockOSThread() // its time is that of this thread, not that of whoever else is at work
	defer runtime.UnlockOSThread()
	r := ratio{one: time.Hour, two: time.Hour}
	for range runs {
		r.one, r.two = min(r.one, took(one)), min(r.two, took(two))
	}
	return r
}

func took(work func()) time.Duration {
	begin := spent()
	work()
	return spent() - begin
}
