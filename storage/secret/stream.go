package secret

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// SealTo encrypts what is written to it for whoever knows the passphrase, as an
// age file. Close must be called. work is the scrypt work factor; zero is the
// usual one.
func SealTo(w io.Writer, passphrase string, workFactor int) (io.WriteCloser, error) {
	if passphrase == "" {
		return nil, ErrNeedPassphrase
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(cmp.Or(workFactor, work))
	return age.Encrypt(w, to)
}

// OpenFrom decrypts what SealTo wrote. Nothing that it returns has been changed;
// one that was cut off ends with an error and not with io.EOF.
func OpenFrom(r io.Reader, passphrase string) (io.Reader, error) {
	if passphrase == "" {
		return nil, ErrNeedPassphrase
	}
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	id.SetMaxWorkFactor(work + 3) // a foreign file must not cost minutes
	out, err := age.Decrypt(r, id)
	var wrong *age.NoIdentityMatchError
	if errors.As(err, &wrong) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("open the file: %w", err)
	}
	return out, nil
}
