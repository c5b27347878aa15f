package ical

import (
	"bytes"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestSetLinksIsEachOfThem: what is edited at once is what would be edited one after the other.
func TestSetLinksIsEachOfThem(t *testing.T) {
	for _, raw := range append(slices.Collect(maps.Values(samples())), several) {
		d, err := Parse(raw, DefaultLimits)
		if err != nil {
			continue
		}
		edits, want, wrong := Edits{}, d, map[string]error{}
		for i, uid := range d.UIDs() {
			e := set()
			if i%3 == 2 {
				e = unset()
			}
			edits[uid] = e
			if next, err := want.SetLink(uid, e); err != nil {
				wrong[uid] = err
			} else {
				want = next
			}
		}
		got, failed, err := d.SetLinks(edits)
		if err != nil || !bytes.Equal(got.raw, want.raw) || !slices.Equal(slices.Sorted(maps.Keys(failed)),
			slices.Sorted(maps.Keys(wrong))) {
			t.Errorf("%v, %v (want %v), at once:\n%s\none by one:\n%s", err, failed, wrong, got.Raw(), want.Raw())
		}
		if again, _, err := got.SetLinks(edits); err != nil || len(failed) == 0 && again != got {
			t.Errorf("a second time: %v, %v", again == got, err)
		}
	}
}

// TestSetLinksLetsOneFail: an edit that cannot be made keeps none of the others from being made.
func TestSetLinksLetsOneFail(t *testing.T) {
	d, err := Parse(several, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	evil := set()
	evil.JoinURL = "https://zoom.us/j/1\r\nX-EVIL:1"
	got, failed, err := d.SetLinks(Edits{"u1": set(), "u2": evil, "u3": set(), "u4": set()})
	if err != nil || len(failed) != 2 || failed["u2"] == nil || !errors.Is(failed["u4"], ErrNoEvent) {
		t.Fatalf("failed: %v, %v", failed, err)
	}
	for uid, has := range map[string]bool{"u1": true, "u2": false, "u3": true} {
		if strings.Contains(string(got.Part(uid)), "ZOOMTAG") != has {
			t.Errorf("%s:\n%s", uid, got.Part(uid))
		}
	}
	if !reflect.DeepEqual(got.Part("u2"), d.Part("u2")) {
		t.Error("an event that is not edited has changed")
	}
}

// TestSetLinksFillsTheFile: what no longer fits into the file is refused, and what comes behind it and fits is written.
func TestSetLinksFillsTheFile(t *testing.T) {
	d, err := Parse(several, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	small, large := set(), set()
	small.Limits.Bytes = len(several) + 2000
	large.Limits.Bytes, large.Tag = small.Limits.Bytes, strings.Repeat("#zoom ", 500)
	for _, e := range []*Edit{&small, &large} {
		e.Limits.Head, e.Limits.Depth, e.Limits.Params = DefaultLimits.Head, DefaultLimits.Depth, DefaultLimits.Params
	}
	got, failed, err := d.SetLinks(Edits{"u2": large, "u3": small})
	if err != nil || len(failed) != 1 || failed["u2"] == nil || len(got.raw) > small.Limits.Bytes ||
		!strings.Contains(string(got.Part("u3")), "ZOOMTAG") {
		t.Errorf("failed: %v, %v\n%s", failed, err, got.Raw())
	}
}
