package doctor_test

import (
	"slices"
	"testing"

	"zoomtag/providers/meeting"
	"zoomtag/sync/doctor"
)

func TestJudgeHost(t *testing.T) {
	for _, tt := range []struct {
		facts   *meeting.HostFacts
		unknown bool
		want    []string
	}{
		{nil, false, nil},
		{nil, true, []string{doctor.HostUnknown}},
		{&meeting.HostFacts{Status: "active", Plan: meeting.Licensed}, false, nil},
		{&meeting.HostFacts{}, false, nil},
		{&meeting.HostFacts{Status: "inactive"}, false, []string{doctor.HostInactive}},
		{&meeting.HostFacts{Status: "pending", Plan: meeting.NoPlan}, false,
			[]string{doctor.HostInactive, doctor.NoLicence}},
		{&meeting.HostFacts{Client: "5.9.6.4993(mac)"}, false, []string{doctor.ClientVersion}},
	} {
		if got := codesOf(doctor.JudgeHost(host, tt.facts, tt.unknown)); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %q, want %q", tt.facts, got, tt.want)
		}
	}
}
