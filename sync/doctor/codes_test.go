package doctor_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zoomtag/sync/doctor"
)

// stable are the codes that were given out. A line is added here, never changed.
var stable = strings.Fields(`ZT-101 ZT-102 ZT-103 ZT-104 ZT-105 ZT-106 ZT-107 ZT-108 ZT-109 ZT-110 ZT-201 ZT-202 ZT-203 ZT-204 ZT-205 ZT-206 ZT-207 ZT-208 ZT-209 ZT-210
	ZT-301 ZT-302 ZT-303 ZT-304 ZT-305 ZT-401 ZT-402 ZT-403 ZT-404 ZT-405 ZT-406 ZT-407 ZT-408 ZT-409
	ZT-501 ZT-502 ZT-503 ZT-504 ZT-505 ZT-506 ZT-507 ZT-508 ZT-509 ZT-510 ZT-511 ZT-512 ZT-513 ZT-514 ZT-515
	ZT-516 ZT-517 ZT-518 ZT-519 ZT-520 ZT-521 ZT-522 ZT-523 ZT-524 ZT-525 ZT-526 ZT-527 ZT-528 ZT-529 ZT-530
	ZT-531 ZT-532
	ZT-601 ZT-602 ZT-603 ZT-604 ZT-605 ZT-606 ZT-607 ZT-608`)

// TestCodes: the table is complete and stable, each code is in some case above, and docs/doctor.md says the same.
func TestCodes(t *testing.T) {
	var got []string
	// the first is tested with the command
	tested := map[string]bool{doctor.Configuration: true, doctor.HostBusy: true, doctor.SharedRoom: true,
		doctor.NotAsAsked: true}
	for _, tt := range linkCases {
		for _, code := range tt.want {
			tested[code] = true
		}
	}
	for _, cases := range [][]string{{doctor.HostUnknown, doctor.HostInactive, doctor.NoLicence,
		doctor.ClientVersion}} {
		for _, code := range cases {
			tested[code] = true
		}
	}
	for _, tt := range setupCases {
		for _, want := range tt.want {
			tested[want[:6]] = true
		}
	}
	for _, tt := range networkCases {
		for _, want := range tt.want {
			tested[want[:6]] = true
		}
	}
	doc, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range doctor.Codes() {
		got = append(got, c.Code)
		if c.Severity == "" || c.Side == "" || !strings.HasSuffix(c.Meaning, ".") || !strings.HasSuffix(c.Mend, ".") {
			t.Errorf("the row of %s is not complete: %+v", c.Code, c)
		}
		if !tested[c.Code] {
			t.Errorf("no case leads to %s", c.Code)
		}
		line := fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", c.Code, c.Severity, c.Side, c.Meaning, c.Mend)
		if !strings.Contains(string(doc), line) {
			t.Errorf("docs/doctor.md lacks the line\n%s", line)
		}
	}
	if !slices.Equal(got, stable) {
		t.Errorf("the codes are %q", got)
	}
	named := map[string]bool{}
	for _, code := range regexp.MustCompile(`ZT-\d+`).FindAllString(string(doc), -1) {
		named[code] = true
	}
	if all := slices.Sorted(maps.Keys(named)); !slices.Equal(all, stable) {
		t.Errorf("docs/doctor.md names %q", all)
	}
}
