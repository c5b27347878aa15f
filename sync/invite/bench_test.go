package invite

import (
	"bytes"
	"testing"

	goical "github.com/emersion/go-ical"
)

// benchmarked are invitations as people send them: single events and series, with and without guests.
func benchmarked(t testing.TB) []sample {
	var list []sample
	for _, s := range samples(t) {
		if s.opt.Method != Cancel {
			list = append(list, s)
		}
	}
	return list
}

func BenchmarkEncode(b *testing.B) {
	type work struct {
		opt  Options
		list []Invitation
	}
	var list []work
	var e Encoder
	var dst []byte
	size := 0
	for _, s := range benchmarked(b) {
		size += len(encode(b, s.opt, s.in))
		list = append(list, work{s.opt, []Invitation{s.in}})
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range list {
			var err error
			if dst, err = e.Encode(dst[:0], s.opt, s.list...); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkGoICal is go-ical's encoder with the same calendars, which it gets ready made: it has no texts to look for
// tags in, no zones to work out and no lines to fold.
func BenchmarkGoICal(b *testing.B) {
	var list []*goical.Calendar
	size := 0
	for _, s := range benchmarked(b) {
		raw := encode(b, s.opt, s.in)
		c, err := goical.NewDecoder(bytes.NewReader([]byte(raw))).Decode()
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, c)
		size += len(raw)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	var out bytes.Buffer
	for b.Loop() {
		for _, c := range list {
			out.Reset()
			if err := goical.NewEncoder(&out).Encode(c); err != nil {
				b.Fatal(err)
			}
		}
	}
}
