package import Configuration
package import Crypto
import System
import Wire

/// The keys that bearer tokens are verified with.
package enum TokenKeys {
    /// The file in the store's directory with the key made where none is configured.
    private static let generatedName = "token-secret"

    /// Every configured key; where there is none, one made for this store, so that
    /// `freshwire token` and the daemon agree without any setting.
    package static func load(_ configuration: Configuration) throws(StartError) -> [TokenKey] {
        let settings = configuration.authentication
        var keys: [TokenKey] = []
        if let secret = try hs256Secret(configuration) {
            keys.append(TokenKey(.secret(secret)))
        }
        for file in settings.rs256KeyFiles + settings.es256KeyFiles + settings.edDSAKeyFiles {
            keys.append(try publicKey(file))
        }
        return keys
    }

    /// The secret that `freshwire token` signs with, or nil where only public keys are configured.
    package static func hs256Secret(
        _ configuration: Configuration
    ) throws(StartError) -> Crypto.Secret? {
        let settings = configuration.authentication
        if let secret = settings.hs256Secret { return Crypto.Secret(secret.revealed) }
        if let file = settings.hs256SecretFile {
            do throws(TextFileError) {
                return Crypto.Secret(try TextFile.readSecret(file).revealed)
            } catch {
                throw StartError(error.description)
            }
        }
        return settings.hasNoKey ? try generatedSecret(in: configuration.store.directory) : nil
    }

    private static func generatedSecret(in directory: String) throws(StartError) -> Crypto.Secret {
        let path = "\(directory)/\(generatedName)"
        do throws(SystemError) {
            if !File.exists(path) {
                try File.makeDirectory(directory)
                let random: [UInt8]
                do throws(CryptoFailure) {
                    random = try secureRandomBytes(32)
                } catch {
                    throw SystemError(operation: "make a token key", reason: error.description)
                }
                do throws(SystemError) {
                    try File.create(path, secret: Array(hexadecimal(random).utf8))
                } catch {
                    // Another process of this store may have been a moment faster.
                    guard File.exists(path) else { throw error }
                }
            }
            return Crypto.Secret(try File.read(path, limit: 4096))
        } catch {
            throw StartError(error.description)
        }
    }

    private static func publicKey(_ file: String) throws(StartError) -> TokenKey {
        do throws(SystemError) {
            let text = String(decoding: try File.read(file, limit: 65_536), as: UTF8.self)
            return TokenKey(
                text.contains("-----BEGIN") ? .pem(text) : .jwk(Crypto.Secret(utf8: text)))
        } catch {
            throw StartError(error.description)
        }
    }
}
