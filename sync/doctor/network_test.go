package doctor_test

import (
	"slices"
	"testing"

	"zoomtag/sync/doctor"
)

var networkCases = []struct {
	name  string
	facts doctor.NetworkFacts
	want  []string
}{
	{"well", doctor.NetworkFacts{Probes: []doctor.Probe{{Host: "api.zoom.us", Issuer: "DigiCert Inc"}},
		Media: []doctor.Port{{Address: "zoom.us:8801"}}, Status: "none"}, nil},
	{"no name", doctor.NetworkFacts{Probes: []doctor.Probe{{NameError: "no such host"}}}, []string{"ZT-601 error"}},
	{"no connection", doctor.NetworkFacts{Probes: []doctor.Probe{{Error: "refused"}}}, []string{"ZT-602 error"}},
	{"no connection through a proxy",
		doctor.NetworkFacts{Probes: []doctor.Probe{{Error: "refused", Proxy: "proxy:3128"}, {Proxy: "proxy:3128"}}},
		[]string{"ZT-605 note", "ZT-602 error"}},
	{"untrusted", doctor.NetworkFacts{Probes: []doctor.Probe{{Untrusted: "unknown authority", Issuer: "Fortinet"}}},
		[]string{"ZT-603 error"}},
	{"intercepted", doctor.NetworkFacts{Probes: []doctor.Probe{{Issuer: "Zscaler Inc."}}}, []string{"ZT-604 warning"}},
	{"unusual", doctor.NetworkFacts{Probes: []doctor.Probe{{Issuer: "Example Corp"}}}, []string{"ZT-604 note"}},
	{"media", doctor.NetworkFacts{Media: []doctor.Port{{Address: "zoom.us:8801", Error: "timeout"},
		{Address: "zoom.us:8802"}}}, []string{"ZT-606 note"}},
	{"trouble", doctor.NetworkFacts{Status: "major", Says: "Partial outage"}, []string{"ZT-607 warning"}},
	{"no status", doctor.NetworkFacts{StatusError: "timeout"}, []string{"ZT-608 note"}},
}

func TestJudgeNetwork(t *testing.T) {
	for _, tt := range networkCases {
		findings, _ := doctor.JudgeNetwork(tt.facts)
		var got []string
		for _, f := range findings {
			got = append(got, f.Code+" "+string(f.Severity))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: judged %q, want %q", tt.name, got, tt.want)
		}
	}
}
