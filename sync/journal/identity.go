package journal

import (
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"fmt"
	"io"
)

const (
	identityMagic   = "LHID"
	identityVersion = 1
	kemPublicSize   = 1216
	publicSize      = ed25519.PublicKeySize + kemPublicSize
	wrapSize        = 1168
)

// Identity is a device's two secret keys: one signs, one opens epoch keys that were wrapped for it.
type Identity struct {
	sign ed25519.PrivateKey
	kem  hpke.PrivateKey
	pub  Public
	seed [64]byte
}

// NewIdentity makes a new device's keys from 64 bytes of rand.
func NewIdentity(rand io.Reader) (*Identity, error) {
	var seed [64]byte
	if _, err := io.ReadFull(rand, seed[:]); err != nil {
		return nil, fmt.Errorf("new identity: %w", err)
	}
	return identityFrom(seed)
}

func identityFrom(seed [64]byte) (*Identity, error) {
	kem, err := hpke.MLKEM768X25519().NewPrivateKey(seed[32:])
	if err != nil {
		return nil, fmt.Errorf("derive wrapping key: %w", err)
	}
	id := &Identity{sign: ed25519.NewKeyFromSeed(seed[:32]), kem: kem, seed: seed}
	copy(id.pub.Sign[:], id.sign.Public().(ed25519.PublicKey))
	copy(id.pub.KEM[:], kem.PublicKey().Bytes())
	return id, nil
}

// Marshal returns the secret keys in the clear. The caller seals them before they touch a disk.
func (id *Identity) Marshal() []byte {
	return append(append([]byte(identityMagic), identityVersion), id.seed[:]...)
}

// ParseIdentity reads what Marshal returned.
func ParseIdentity(b []byte) (*Identity, error) {
	if len(b) < 5 || string(b[:4]) != identityMagic {
		return nil, fmt.Errorf("parse identity: %w", ErrDamaged)
	}
	if b[4] != identityVersion {
		return nil, fmt.Errorf("parse identity: %w", &UnknownVersionError{"identity", int(b[4])})
	}
	if len(b) != 5+64 {
		return nil, fmt.Errorf("parse identity: %w", ErrDamaged)
	}
	return identityFrom([64]byte(b[5:]))
}

// Device is the id under which this identity writes.
func (id *Identity) Device() DeviceID { return id.pub.Device() }

// Public is the half that others may know.
func (id *Identity) Public() Public { return id.pub }

// Sign signs message for one purpose, named by context: a signature made for another purpose never verifies.
func (id *Identity) Sign(context string, message []byte) []byte {
	return SignWith(id.sign, context, message)
}

// SignWith is Sign for a bare Ed25519 key, such as an invite's.
func SignWith(key ed25519.PrivateKey, context string, message []byte) []byte {
	return ed25519.Sign(key, signed(context, message))
}

// Unwrap opens an epoch key that was wrapped for this device and checks that it is the one named.
func (id *Identity) Unwrap(team TeamID, epoch Hash, wrapped []byte) (EpochKey, error) {
	secret, err := hpke.Open(id.kem, hpke.HKDFSHA256(), hpke.AES256GCM(), wrapInfo(team, epoch, id.Device()), wrapped)
	if err != nil {
		return EpochKey{}, fmt.Errorf("unwrap epoch %s: %w", epoch, ErrDamaged)
	}
	k, err := ParseEpochKey(secret)
	if err != nil || k.ID() != epoch {
		return EpochKey{}, fmt.Errorf("unwrap epoch %s: another key was inside: %w", epoch, ErrForged)
	}
	return k, nil
}

// Public is a device's two public keys.
type Public struct {
	Sign [ed25519.PublicKeySize]byte
	KEM  [kemPublicSize]byte
}

// Device is the id that the signing key commits to.
func (p Public) Device() DeviceID { return DeviceOf(p.Sign[:]) }

// DeviceOf is the id of a device with this Ed25519 public key.
func DeviceOf(signKey []byte) DeviceID {
	h := sha256.Sum256(signKey)
	return DeviceID(h[:16])
}

// Marshal writes both keys, 1248 bytes.
func (p Public) Marshal() []byte { return append(append([]byte{}, p.Sign[:]...), p.KEM[:]...) }

// ParsePublic reads what Marshal wrote and refuses a wrapping key that nothing could be wrapped for.
func ParsePublic(b []byte) (p Public, err error) {
	if len(b) != publicSize {
		return p, fmt.Errorf("parse public keys of %d bytes: %w", len(b), ErrDamaged)
	}
	if _, err := hpke.MLKEM768X25519().NewPublicKey(b[ed25519.PublicKeySize:]); err != nil {
		return p, fmt.Errorf("parse public keys: %w", ErrDamaged)
	}
	copy(p.Sign[:], b)
	copy(p.KEM[:], b[ed25519.PublicKeySize:])
	return p, nil
}

// Verify reports whether the device signed message for the purpose named by context.
func (p Public) Verify(context string, message, signature []byte) bool {
	return VerifySignature(p.Sign[:], context, message, signature)
}

// VerifySignature is Verify for a bare Ed25519 public key.
func VerifySignature(signKey []byte, context string, message, signature []byte) bool {
	return len(signKey) == ed25519.PublicKeySize && ed25519.Verify(signKey, signed(context, message), signature)
}

// Wrap seals an epoch key so that only this device can open it.
func (p Public) Wrap(team TeamID, k EpochKey) ([]byte, error) {
	kem, err := hpke.MLKEM768X25519().NewPublicKey(p.KEM[:])
	if err != nil {
		return nil, fmt.Errorf("wrap for %s: %w", p.Device(), err)
	}
	b, err := hpke.Seal(kem, hpke.HKDFSHA256(), hpke.AES256GCM(), wrapInfo(team, k.ID(), p.Device()), k.secret[:])
	if err != nil {
		return nil, fmt.Errorf("wrap for %s: %w", p.Device(), err)
	}
	return b, nil
}

func wrapInfo(team TeamID, epoch Hash, device DeviceID) []byte {
	return label("wrap", team[:], epoch[:], device[:])
}

// signed is what is really under a signature: a purpose and a hash, so that a large segment is hashed only once.
func signed(context string, message []byte) []byte {
	h := sha256.Sum256(message)
	return label(context, h[:])
}
