import ArgumentParser
import Glibc
import WGPilotProtocol

/// The entry of `wgpilotctl`: reads the arguments, runs the command, turns every outcome into an exit code.
@main
struct Main {
    static func main() async {
        // A reader that went away (`wgpilotctl peer list … | head`) ends the command by an error of write(2), not by a
        // signal half-way through a file.
        signal(SIGPIPE, SIG_IGN)
        let arguments = ArgumentOrder.globalOptionsLast(Array(CommandLine.arguments.dropFirst()))
        do {
            var command = try await RootCommand.asyncParseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as RPCError {
            Terminal.printError(ErrorText.describe(error))
            exit(ExitStatus(error.code).rawValue)
        } catch let status as ExitStatus {
            exit(status.rawValue)
        } catch let fault as CommandFault {
            Terminal.printError(fault.message)
            exit(fault.status.rawValue)
        } catch {
            let code = RootCommand.exitCode(for: error)
            let text = RootCommand.fullMessage(for: error)
            if code.isSuccess {
                Terminal.print(text + "\n")
                exit(ExitStatus.success.rawValue)
            }
            Terminal.writeError(text + "\n")
            exit(code == .validationFailure ? ExitStatus.usage.rawValue : ExitStatus.failure.rawValue)
        }
    }
}
