package local

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"zoomtag/providers/files"
	"zoomtag/providers/signin"
	"zoomtag/sync/api"
)

// Backup writes a copy of the state to where whoever asks takes it, while it is in use: nothing is written beside it,
// where there may be no room, and the daily copies are left alone. Of a shared state a copy is made first, where the
// state would be on this machine, with copies of the sign-ins.
func (s *Service) Backup(ctx context.Context, take api.TakeBackup) error {
	if s.st.Shared() {
		return s.backupShared(ctx, take)
	}
	report := api.BackupReport{SignIns: []string{}}
	for _, path := range s.signIns() {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			report.SignIns = append(report.SignIns, path)
		}
	}
	return s.st.CopyTo(func(size int64) (io.Writer, error) {
		report.Bytes = size
		return take(report)
	})
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
func (s *Service) backupShared(ctx context.Context, take api.TakeBackup) (err error) {
	state := s.builder.Config.State
	if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
		return files.WriteError(state, err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(state), filepath.Base(state)+".backup-")
	if err != nil {
		return files.WriteError(state, err)
	}
	report := api.BackupReport{SignIns: []string{}, Opened: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	for _, path := range s.signIns() {
		open := filepath.Join(dir, filepath.Base(path))
		copied, err := s.builder.Grants.CopyTo(signin.Grants{}, path, open)
		if err != nil {
			return err
		}
		if copied {
			report.SignIns = append(report.SignIns, open)
		}
	}
	return s.sendShared(ctx, filepath.Join(dir, "state"), report, take)
}

// sendShared copies a shared state into a file, and hands that to whoever asks.
func (s *Service) sendShared(ctx context.Context, path string, report api.BackupReport, take api.TakeBackup) error {
	if err := s.st.SnapshotTo(ctx, path); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return files.ReadError(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return files.ReadError(path, err)
	}
	report.Bytes = info.Size()
	out, err := take(report)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, file)
	return err
}

// Verify reads the whole state and verifies it.
func (s *Service) Verify(context.Context) (api.VerifyReport, error) {
	summary, err := s.st.Summary()
	return api.VerifyReport{File: s.st.Path(), Summary: summary}, err
}
