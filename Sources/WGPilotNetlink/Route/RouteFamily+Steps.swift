import Glibc
import WGPilotCore

extension RouteFamily {
    /// Takes one of the steps that are the network stack's, whatever carries WireGuard; does nothing for the others.
    ///
    /// - Parameter link: The interface that the step is about; nil when it is not there.
    func take(_ step: PlanStep, on link: LinkInfo?) async throws(KernelError) {
        let operation = step.description
        do {
            switch step {
            case .createInterface, .deleteInterface, .configure:
                break
            case .setMTU(let name, let mtu):
                try await setLink(try present(link, name, operation), mtu: mtu)
            case .setUp(let name):
                try await setLink(try present(link, name, operation), up: true)
            case .addAddress(let name, let address):
                try await addAddress(try present(link, name, operation), address)
            case .removeAddress(_, let address):
                if let link { try await removeAddress(link.index, address) }
            case .addRoute(let name, let prefix):
                try await addRoute(try present(link, name, operation), prefix)
            case .removeRoute(_, let prefix):
                if let link { try await removeRoute(link.index, prefix) }
            }
        } catch let error as NetlinkError {
            if case .addRoute(_, let prefix) = step, error.refusal == EEXIST {
                throw await taken(prefix, operation)
            }
            throw KernelError(error, operation: operation)
        } catch let error as KernelError {
            throw error
        } catch {
            throw KernelError(code: .io, operation: operation, message: "an unexpected failure")
        }
    }

    private func present(
        _ link: LinkInfo?, _ name: InterfaceName, _ operation: String
    ) throws(KernelError) -> Int {
        guard let link else { throw .noInterface(name, operation: operation) }
        return link.index
    }

    /// The error that names the interface of the route in the way, where that can be found out.
    private func taken(_ prefix: IPPrefix, _ operation: String) async -> KernelError {
        let index = (try? await routes(to: prefix))?.first?.index
        let links = (try? await links()) ?? []
        let name = links.first { Int32(clamping: $0.index) == index }?.name
        return .routeTaken(prefix, through: name, operation: operation)
    }
}
