package local

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"zoomtag/providers/signin"
	"zoomtag/sync/api"
)

// Backup makes a copy of the state beside it, while it is in use. One of a shared state is where the state would be on
// this machine, with copies of the sign-ins.
func (s *Service) Backup(ctx context.Context) (api.BackupReport, error) {
	if s.st.Shared() {
		return s.backupShared(ctx)
	}
	copied, err := s.st.Backup()
	report := api.BackupReport{Copy: copied, SignIns: []string{}}
	for _, path := range s.signIns() {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			report.SignIns = append(report.SignIns, path)
		}
	}
	return report, err
}

// signIns are the places of all sign-ins, in order.
func (s *Service) signIns() []string {
	signIns := slices.Collect(maps.Values(s.grants))
	for _, account := range s.accounts {
		if account.Grant != "" {
			signIns = append(signIns, account.Grant)
		}
	}
	slices.Sort(signIns)
	return slices.Compact(signIns)
}

// backupShared copies a shared state, and its sign-ins into files for whoever asks: they are to be removed then.
func (s *Service) backupShared(ctx context.Context) (report api.BackupReport, err error) {
	report.SignIns = []string{}
	if report.Copy, err = s.st.BackupBeside(ctx, s.builder.Config.State); err != nil {
		return report, err
	}
	report.Opened = report.Copy + ".sign-ins"
	for _, path := range s.signIns() {
		open := filepath.Join(report.Opened, filepath.Base(path))
		copied, err := s.builder.Grants.CopyTo(signin.Grants{}, path, open)
		if err != nil {
			return report, errors.Join(err, os.RemoveAll(report.Opened))
		}
		if copied {
			report.SignIns = append(report.SignIns, open)
		}
	}
	return report, nil
}

// Verify reads the whole state and verifies it.
func (s *Service) Verify(context.Context) (api.VerifyReport, error) {
	summary, err := s.st.Summary()
	return api.VerifyReport{File: s.st.Path(), Summary: summary}, err
}
