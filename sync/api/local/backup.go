package local

import (
	"context"
	"maps"
	"os"
	"slices"

	"zoomtag/sync/api"
)

// Backup makes a copy of the state beside it, or, of a shared one, where it would be on this machine, while it is in use.
func (s *Service) Backup(ctx context.Context) (api.BackupReport, error) {
	var copied string
	var err error
	if s.st.Shared() {
		copied, err = s.st.BackupBeside(ctx, s.builder.Config.State)
	} else {
		copied, err = s.st.Backup()
	}
	report := api.BackupReport{Copy: copied, SignIns: []string{}}
	signIns := slices.Collect(maps.Values(s.grants))
	for _, account := range s.accounts {
		signIns = append(signIns, account.Grant)
	}
	slices.Sort(signIns)
	for _, path := range slices.Compact(signIns) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			report.SignIns = append(report.SignIns, path)
		}
	}
	return report, err
}

// Verify reads the whole state and verifies it.
func (s *Service) Verify(context.Context) (api.VerifyReport, error) {
	summary, err := s.st.Summary()
	return api.VerifyReport{File: s.st.Path(), Summary: summary}, err
}
