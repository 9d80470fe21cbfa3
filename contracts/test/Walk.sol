// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LogModel} from "./LogModel.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// @title One step of a random walk through the contract: anybody calls anything at any time.
/// @dev Whether a call must be taken is said before it is made; a call that ends otherwise reverts the step. Of the
/// callers, some two thirds are the right one: else a walk would get nowhere.
contract Walk is LogModel {
    uint256 private constant SEED = 7;
    /// @dev How often a step's call was taken and refused: what is always refused shows nothing.
    mapping(bytes4 selector => uint256) public taken;
    mapping(bytes4 selector => uint256) public refused;

    /// @dev Some seconds, hours or days; or up to a moment from which on something is allowed, or a second before it.
    function wait(uint8 kind, uint8 which, uint40 seconds_) external {
        Known memory held = known[which % 2];
        uint40[4] memory moments = [held.acceptFrom, held.retireFrom, held.frozenUntil, held.freezeAgainFrom];
        uint40 moment = moments[which / 2 % 4];
        if (kind % 8 < 2) time += seconds_ % 1 hours;
        else if (kind % 8 < 5) time += seconds_ % 1 days;
        else if (kind % 8 == 5) time += seconds_ % 8 days;
        else if (moment > time + 1) time = moment - kind % 2;
    }

    function register(uint8 who, uint8 which, uint8 publisher) external {
        which %= 2;
        address caller = _oneOf(who, registrar);
        address to = people[publisher % 4];
        bool allowed = caller == registrar && known[which].publisher == address(0);
        if (_call(caller, abi.encodeCall(log.register, (origins[which], to)), allowed)) known[which].publisher = to;
    }

    /// @dev `flaw`: 1 another root, 2 a node more, 3 a node less; anything else none.
    function extend(uint8 who, uint8 which, uint8 growth, uint8 flaw) external {
        which %= 2;
        Known storage held = known[which];
        address caller = _oneOf(who, held.publisher);
        uint48 newSize = held.size + growth % 5;
        (bytes32 root, bytes32[] memory proof) = _step(held.size, newSize);
        flaw %= 8;
        if (flaw == 1 && held.size != 0) root ^= bytes32(uint256(1));
        if (flaw == 2) proof = new bytes32[](proof.length + 1);
        if (flaw == 3 && proof.length != 0) proof = new bytes32[](proof.length - 1);
        bool proved = held.size == 0 ? flaw != 2 : flaw == 0 || flaw > 3;
        bool allowed = caller == held.publisher && !held.retired && !isFrozen(which) && newSize > held.size && proved;
        if (!_call(caller, abi.encodeCall(log.extend, (idOf(which), newSize, root, proof)), allowed)) return;
        if (dayOf(held.anchoredAt) != dayOf(time)) sealHead(which);
        (held.size, held.root, held.anchoredAt) = (newSize, root, time);
    }

    function proposePublisher(uint8 who, uint8 which, uint8 whom) external {
        which %= 2;
        Known storage held = known[which];
        address caller = _oneOf(who, who % 2 == 0 ? admin : held.publisher);
        address to = whom % 8 == 7 ? address(0) : people[whom % 4];
        bool mayPropose = caller == admin || (caller == held.publisher && held.proposed == address(0));
        bool allowed = held.publisher != address(0) && to != address(0) && mayPropose;
        if (!_call(caller, abi.encodeCall(log.proposePublisher, (idOf(which), to)), allowed)) return;
        (held.proposed, held.acceptFrom) = (to, time + 2 days);
    }

    function cancelPublisher(uint8 who, uint8 which) external {
        which %= 2;
        Known storage held = known[which];
        address caller = _oneOf(who, admin);
        bool allowed = caller == admin && held.proposed != address(0);
        if (!_call(caller, abi.encodeCall(log.cancelPublisher, (idOf(which))), allowed)) return;
        (held.proposed, held.acceptFrom) = (address(0), 0);
    }

    function acceptPublisher(uint8 who, uint8 which) external {
        which %= 2;
        Known storage held = known[which];
        address caller = _oneOf(who, held.proposed);
        bool allowed = caller == held.proposed && time >= held.acceptFrom;
        if (!_call(caller, abi.encodeCall(log.acceptPublisher, (idOf(which))), allowed)) return;
        (held.publisher, held.proposed, held.acceptFrom) = (caller, address(0), 0);
    }

    function freeze(uint8 who, uint8 which) external {
        which %= 2;
        Known storage held = known[which];
        address caller = _oneOf(who, admin);
        bool allowed = caller == admin && held.publisher != address(0) && time >= held.freezeAgainFrom;
        if (!_call(caller, abi.encodeCall(log.freeze, (idOf(which))), allowed)) return;
        (held.frozenUntil, held.freezeAgainFrom) = (time + 7 days, time + 30 days);
    }

    function unfreeze(uint8 who, uint8 which) external {
        which %= 2;
        address caller = _oneOf(who, admin);
        bool allowed = caller == admin && isFrozen(which);
        if (_call(caller, abi.encodeCall(log.unfreeze, (idOf(which))), allowed)) known[which].frozenUntil = 0;
    }

    function proposeRetirement(uint8 who, uint8 which, uint8 pick, uint8 next) external {
        which %= 2;
        address caller = _oneOf(who, admin);
        uint32 day = _dayToPropose(which, pick);
        bytes32 successor = next % 2 == 0 ? idOf(1 - which) : bytes32(0);
        bool followable = next % 2 != 0 || known[1 - which].publisher != address(0);
        bool allowed = caller == admin && followable && _mayRetire(which, day);
        bytes memory data = abi.encodeCall(log.proposeRetirement, (idOf(which), day, successor));
        if (!_call(caller, data, allowed)) return;
        Known storage held = known[which];
        (held.retireDay, held.successor, held.retireFrom) = (day, successor, time + 2 days);
    }

    function cancelRetirement(uint8 who, uint8 which) external {
        which %= 2;
        Known storage held = known[which];
        address caller = _oneOf(who, admin);
        bool allowed = caller == admin && held.retireFrom != 0 && !held.retired;
        if (!_call(caller, abi.encodeCall(log.cancelRetirement, (idOf(which))), allowed)) return;
        (held.retireDay, held.successor, held.retireFrom) = (0, 0, 0);
    }

    /// @dev `other`: 1 another day, 2 another successor than proposed; anything else as proposed.
    function retire(uint8 who, uint8 which, uint8 other) external {
        which %= 2;
        Known storage held = known[which];
        address caller = _oneOf(who, admin);
        uint32 day = other % 8 == 1 ? held.retireDay + 1 : held.retireDay;
        bytes32 successor = other % 8 == 2 ? ~held.successor : held.successor;
        bool due = held.retireFrom != 0 && time >= held.retireFrom && !held.retired;
        bool allowed = caller == admin && due && day == held.retireDay && successor == held.successor;
        if (!_call(caller, abi.encodeCall(log.retire, (idOf(which), day, successor)), allowed)) return;
        sealHead(which);
        held.retired = true;
    }

    function setRevoker(uint8 who, uint8 whom, uint8 may) external {
        address caller = _oneOf(who, admin);
        address to = people[whom % 4];
        bytes memory data = abi.encodeCall(log.setRevoker, (GTIN, to, may % 2 == 0));
        if (_call(caller, data, caller == admin)) mayRecall[to] = may % 2 == 0;
    }

    function revoke(uint8 who, uint8 lot, uint16 reason) external {
        Recall storage held = recalls[lot % 2];
        address caller = people[who % 4];
        bool allowed = mayRecall[caller] && (held.since == 0 || held.until != 0);
        if (!_call(caller, abi.encodeCall(log.revoke, (GTIN, lots[lot % 2], reason)), allowed)) return;
        (held.since, held.until, held.reason) = (held.since == 0 ? time : held.since, 0, reason);
    }

    function lift(uint8 who, uint8 lot) external {
        Recall storage held = recalls[lot % 2];
        address caller = people[who % 4];
        bool allowed = mayRecall[caller] && held.since != 0 && held.until == 0;
        if (_call(caller, abi.encodeCall(log.lift, (GTIN, lots[lot % 2])), allowed)) held.until = time;
    }

    function proposeAdmin(uint8 who, uint8 whom) external {
        address caller = _oneOf(who, admin);
        address to = whom % 5 == 4 ? address(0) : people[whom % 4];
        if (_call(caller, abi.encodeCall(log.proposeAdmin, (to)), caller == admin)) proposedAdmin = to;
    }

    function acceptAdmin(uint8 who) external {
        address caller = _oneOf(who, proposedAdmin);
        if (!_call(caller, abi.encodeCall(log.acceptAdmin, ()), caller == proposedAdmin)) return;
        (admin, proposedAdmin) = (caller, address(0));
    }

    function setRegistrar(uint8 who, uint8 whom) external {
        address caller = _oneOf(who, admin);
        address to = whom % 5 == 4 ? address(0) : people[whom % 4];
        bool allowed = caller == admin && to != address(0);
        if (_call(caller, abi.encodeCall(log.setRegistrar, (to)), allowed)) registrar = to;
    }

    function _oneOf(uint8 who, address right) private view returns (address) {
        return who < 170 && right != address(0) ? right : people[who % 4];
    }

    /// @dev The head's, a sealed one, tomorrow, or none.
    function _dayToPropose(uint8 which, uint8 pick) private view returns (uint32) {
        uint32[] storage days_ = sealedDays[which];
        if (pick % 4 == 0) return 0;
        if (pick % 4 == 1) return dayOf(time + 1 days);
        if (pick % 4 == 2 && days_.length != 0) return days_[pick % days_.length];
        return dayOf(known[which].anchoredAt);
    }

    function _mayRetire(uint8 which, uint32 day) private view returns (bool) {
        Known storage held = known[which];
        bool counts = day == 0 || day == dayOf(held.anchoredAt) || digest[which][day] != 0;
        return held.publisher != address(0) && !held.retired && counts;
    }

    function _step(uint48 size, uint48 newSize) private pure returns (bytes32 root, bytes32[] memory proof) {
        if (newSize != 0) root = Tree.root(SEED, newSize);
        if (size != 0) proof = Tree.consistencyProof(SEED, size, newSize);
    }

    /// @dev Calls as this person; the head afterwards is the one before it, or a larger one.
    function _call(address caller, bytes memory data, bool allowed) private returns (bool ok) {
        vm.warp(time);
        (bytes32[2] memory roots, uint48[2] memory sizes) = _heads();
        vm.prank(caller);
        (ok,) = address(log).call(data);
        require(ok == allowed, ok ? "taken, and must be refused" : "refused, and must be taken");
        ++(ok ? taken : refused)[msg.sig];
        (bytes32[2] memory rootsNow, uint48[2] memory sizesNow) = _heads();
        for (uint256 i = 0; i < 2; ++i) {
            bool same = sizesNow[i] == sizes[i] && rootsNow[i] == roots[i];
            require(same || sizesNow[i] > sizes[i], "a size fell, or a root was replaced");
        }
    }

    function _heads() private view returns (bytes32[2] memory roots, uint48[2] memory sizes) {
        for (uint256 i = 0; i < 2; ++i) (roots[i], sizes[i],,,) = log.head(idOf(i));
    }
}
